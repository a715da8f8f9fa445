"""Knowledge over REST: who may give, see, change and remove it, and what they are told."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support.gateway_here import gateway_here
from tests.support.knowledge import document_of, learn
from tests.support.people import Person, World

HOURS = "We open at nine.\n\nOn Sundays we are closed."
MIB = 1024 * 1024


def path(world: World, *parts: object) -> str:
    return "/".join(["/api/portal/tenants", str(world.id), "knowledge", *map(str, parts)])


async def give(
    api: httpx.AsyncClient,
    world: World,
    text: str = HOURS,
    *,
    by: Person | None = None,
    **named: Any,
) -> httpx.Response:
    return await api.post(
        path(world, "files"),
        params={"name": "hours.md"} | named,
        content=text.encode(),
        headers=(by or world.admin).headers | {"Content-Type": "text/markdown; charset=utf-8"},
    )


async def test_a_file_is_given_once_however_often_it_is_sent_and_all_employees_know_it(
    api: httpx.AsyncClient, acme: World
) -> None:
    made = await give(api, acme)
    assert made.status_code == 201, made.text
    first = made.json()
    assert (first["kind"], first["title"], first["state"]) == ("file", "hours.md", "queued")
    asked = {"tenant_id": str(acme.id)}
    hired = await api.get("/api/portal/agents", params=asked, headers=acme.admin.headers)
    assert sorted(first["agent_ids"]) == sorted(each["id"] for each in hired.json())
    assert (await give(api, acme)).json()["id"] == first["id"]
    listed = await api.get(path(acme, "sources"), headers=acme.anna.headers)
    assert [each["id"] for each in listed.json()["items"]] == [first["id"]]


async def test_a_typed_answer_is_made_once_for_a_key_by_any_member_and_listed_apart(
    api: httpx.AsyncClient, acme: World
) -> None:
    typed = {"question": "Do you take Sanitas?", "answer": "Yes, Sanitas Dental 21."}
    headers = acme.anna.headers | {"Idempotency-Key": "click-1"}
    made = await api.post(path(acme, "answers"), json=typed, headers=headers)
    again = await api.post(path(acme, "answers"), json=typed, headers=headers)
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    file = (await give(api, acme)).json()
    for wanted, expected in (("true", made.json()["id"]), ("false", file["id"])):
        listed = await api.get(
            path(acme, "sources"), params={"typed": wanted}, headers=acme.anna.headers
        )
        assert [each["id"] for each in listed.json()["items"]] == [expected]
    documents = await api.get(
        path(acme, "sources", made.json()["id"], "documents"), headers=acme.anna.headers
    )
    (document,) = documents.json()["items"]
    shown = await api.get(path(acme, "documents", document["id"]), headers=acme.anna.headers)
    assert (shown.json()["text"], shown.json()["corrected"]) == (typed["answer"], True)


async def test_the_pages_of_the_list_together_are_everything_once(
    api: httpx.AsyncClient, acme: World
) -> None:
    made = [(await give(api, acme, f"Fact {n}.")).json()["id"] for n in range(5)]
    seen: list[str] = []
    before: str | None = None
    while True:
        asked = {"limit": "2"} | ({"before": before} if before else {})
        page = (
            await api.get(path(acme, "sources"), params=asked, headers=acme.admin.headers)
        ).json()
        seen += [each["id"] for each in page["items"]]
        if (before := page["next"]) is None:
            break
    assert seen == made[::-1]


async def test_what_was_changed_meanwhile_is_not_changed_and_nothing_of_it_is_kept(
    api: httpx.AsyncClient, acme: World
) -> None:
    source_id = await learn(acme.id, "hours.txt", HOURS, acme.agent_id)
    one = path(acme, "sources", source_id)
    to_max = {"revision": 1, "agent_ids": [str(acme.other_agent_id)], "valid_until": None}
    changed = await api.patch(one, json=to_max, headers=acme.admin.headers)
    assert changed.json()["agent_ids"] == [str(acme.other_agent_id)]
    late = await api.patch(one, json={"revision": 1, "title": "x"}, headers=acme.admin.headers)
    assert (late.status_code, late.json()["code"]) == (409, "revision_conflict")
    assert (await api.get(one, headers=acme.admin.headers)).json()["title"] == "hours.txt"

    document = path(acme, "documents", await document_of(acme.id, source_id))
    text = {"revision": 1, "text": "We open at ten."}
    corrected = await api.patch(document, json=text, headers=acme.admin.headers)
    assert corrected.json()["state"] == "queued"
    late = await api.patch(document, json=text, headers=acme.admin.headers)
    assert late.status_code == 409


async def test_only_admins_give_change_and_remove_and_nobody_reaches_another_business(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    source_id = await learn(acme.id, "hours.txt", HOURS, acme.agent_id)
    document_id = await document_of(acme.id, source_id)
    calls: list[tuple[str, str, Any]] = [
        ("POST", "pages", {"url": "https://acme.example/prices"}),
        ("PATCH", f"sources/{source_id}", {"revision": 1, "title": "x"}),
        ("POST", f"sources/{source_id}/refresh", None),
        ("PATCH", f"documents/{document_id}", {"revision": 1, "text": "x"}),
        ("DELETE", f"sources/{source_id}", None),
    ]
    looks = [("GET", "sources", None), ("GET", f"sources/{source_id}", None)]
    looks += [("GET", f"documents/{document_id}", None)]

    async def status(world: World, who: Person, method: str, what: str, body: Any) -> int:
        asked = {"json": body} if body is not None else {}
        answer = await api.request(method, path(world, what), headers=who.headers, **asked)
        return answer.status_code

    assert (await give(api, acme, by=acme.anna)).status_code == 403
    for method, what, body in calls:
        assert await status(acme, acme.anna, method, what, body) == 403, what
        assert await status(acme, globex.admin, method, what, body) == 403, what
    for method, what, body in looks:
        assert await status(acme, acme.anna, method, what, body) == 200, what
        assert await status(acme, globex.admin, method, what, body) == 403, what
    for method, what, body in (*calls[1:], *looks[1:]):
        assert await status(globex, globex.admin, method, what, body) == 404, what
    assert await status(acme, acme.admin, *calls[-1]) == 204
    assert await status(acme, acme.admin, *looks[1]) == 404


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"name": "\u202e"}, "cannot be seen"),
        ({"agent_ids": str(UUID(int=7))}, "no such agent"),
        ({"source_id": str(UUID(int=7))}, "no such source"),
    ],
)
async def test_what_cannot_be_given_is_told_in_a_sentence_and_nothing_is_kept(
    api: httpx.AsyncClient, acme: World, named: dict[str, str], said: str
) -> None:
    refused = await give(api, acme, **named)
    assert refused.status_code in (400, 404), refused.text
    assert said in refused.json()["detail"]
    listed = await api.get(path(acme, "sources"), headers=acme.admin.headers)
    assert listed.json()["items"] == []


async def test_a_file_may_be_larger_than_any_other_request_and_has_its_own_bound(
    settings_of_its_own: pytest.MonkeyPatch, acme: World
) -> None:
    bounds = {"max_upload_bytes": 3 * MIB}
    async with (
        gateway_here(settings_of_its_own, **bounds) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        taken = await give(client, acme, "a word " * (MIB * 2 // 7))
        assert taken.status_code == 201, taken.text
        refused = await give(client, acme, "a word " * (MIB * 4 // 7))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_big")
        other = await client.post(
            path(acme, "answers"),
            json={"question": "?", "answer": "x" * 2 * MIB},
            headers=acme.admin.headers,
        )
        assert other.status_code == 413
