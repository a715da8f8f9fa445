"""Versions of an employee over REST: every change is one, a draft answers nobody, back is a click.

The scripted model repeats its instructions where a test asks which of them were used.
"""

from typing import Any

import httpx
import psycopg

from tests.support.people import World


class Employee:
    """Ada, as the admin of her business changes her."""

    def __init__(self, api: httpx.AsyncClient, world: World) -> None:
        self.api, self.world = api, world
        self.path = f"/api/portal/tenants/{world.id}/agents/{world.agent_id}"

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        return await self.api.request(
            method, self.path + path, headers=self.world.admin.headers, **given
        )

    async def ok(self, method: str, path: str, **given: Any) -> Any:
        answer = await self.call(method, path, **given)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def patch(self, **changes: Any) -> httpx.Response:
        return await self.api.patch(
            f"/api/portal/agents/{self.world.agent_id}",
            json={"tenant_id": str(self.world.id)} | changes,
            headers=self.world.admin.headers,
        )

    async def now(self) -> dict[str, Any]:
        path = f"/api/portal/agents/{self.world.agent_id}?tenant_id={self.world.id}"
        found: dict[str, Any] = (await self.api.get(path, headers=self.world.admin.headers)).json()
        return found


async def test_every_change_is_a_version_with_who_and_why_and_pausing_is_none(
    api: httpx.AsyncClient, acme: World
) -> None:
    ada = Employee(api, acme)
    assert [v["n"] for v in (await ada.ok("GET", "/versions"))["items"]] == [1]
    await ada.patch(instructions="Answer in two sentences.", note="One was too short.")
    await ada.patch(greeting="Hello!", starters=["When are you open?", "When are you open?", " "])
    await ada.patch(greeting="Hello!")  # nothing new
    await ada.patch(status="paused")
    listed = (await ada.ok("GET", "/versions"))["items"]
    assert [(v["n"], v["changed"], v["note"]) for v in listed] == [
        (3, ["greeting", "starters"], None),
        (2, ["instructions"], "One was too short."),
        (1, [], None),
    ]
    assert listed[0]["by"] == acme.admin.display_name
    (change,) = await ada.ok("GET", "/versions/2/diff?against=1")
    assert [(line["op"], line["text"]) for line in change["lines"]] == [
        ("out", "Answer in one sentence."),
        ("in", "Answer in two sentences."),
    ]
    assert (await ada.ok("GET", "/versions/3"))["spec"]["starters"] == ["When are you open?"]


async def test_back_to_a_version_is_a_new_one_and_wakes_nobody(
    api: httpx.AsyncClient, acme: World
) -> None:
    ada = Employee(api, acme)
    await ada.patch(instructions="Answer in rhymes.", role="Poet")
    await ada.patch(status="paused")
    back = await ada.ok("POST", "/versions/1/restore")
    assert (back["published_version"], back["instructions"]) == (3, "Answer in one sentence.")
    assert back["status"] == "paused"
    newest = (await ada.ok("GET", "/versions"))["items"][0]
    assert (newest["n"], newest["restores"]) == (3, 1)
    again = await ada.ok("POST", "/versions/1/restore")
    assert again["published_version"] == 3  # it is that already
    assert (await ada.call("POST", "/versions/9/restore")).status_code == 404


async def test_a_draft_changes_nobody_until_it_is_published(
    api: httpx.AsyncClient, acme: World
) -> None:
    ada = Employee(api, acme)
    saved = await ada.ok("PUT", "/draft", json={"instructions": "Answer in rhymes."})
    assert [d["field"] for d in saved["draft"]["differences"]] == ["instructions"]
    assert (await ada.now())["instructions"] == "Answer in one sentence."
    # What is changed at once meanwhile stays, and so does the draft.
    await ada.patch(role="Clerk", revision=saved["revision"])
    published = await ada.ok("POST", "/draft/publish", json={"note": "For Christmas"})
    assert (published["instructions"], published["role"]) == ("Answer in rhymes.", "Clerk")
    assert published["published_version"] == 3
    assert (await ada.ok("GET", "/edited"))["draft"] is None
    assert (await ada.call("POST", "/draft/publish")).status_code == 404
    # A draft that says what is so already is none; one that is dropped is gone.
    assert (await ada.ok("PUT", "/draft", json={"role": "Clerk"}))["draft"] is None
    await ada.ok("PUT", "/draft", json={"name": "Eva"})
    await ada.ok("DELETE", "/draft")
    assert (await ada.ok("GET", "/edited"))["draft"] is None


async def test_who_edits_what_somebody_else_has_edited_is_told_who(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    ada = Employee(api, acme)
    seen = (await ada.now())["revision"]
    await ada.patch(role="Clerk", revision=seen)
    for late in (
        await ada.patch(role="Cook", revision=seen),
        await ada.call("PUT", "/draft", json={"role": "Cook", "revision": seen}),
        await ada.call("POST", "/versions/1/restore", json={"revision": seen}),
    ):
        assert late.status_code == 409
        assert late.json()["code"] == "changed_meanwhile"
        assert acme.admin.display_name in late.json()["detail"]
    assert (await ada.now())["role"] == "Clerk"


async def test_versions_are_the_admins_and_their_tenants(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for who, status in ((acme.anna, 403), (globex.admin, 403)):
        path = f"/api/portal/tenants/{acme.id}/agents/{acme.agent_id}/versions"
        assert (await api.get(path, headers=who.headers)).status_code == status
    theirs = f"/api/portal/tenants/{globex.id}/agents/{acme.agent_id}/versions"
    assert (await api.get(theirs, headers=globex.admin.headers)).status_code == 404


async def test_hours_are_the_businesss_unless_an_employee_has_its_own(
    api: httpx.AsyncClient, acme: World
) -> None:
    path = f"/api/portal/tenants/{acme.id}/hours"
    none = (await api.get(path, headers=acme.anna.headers)).json()
    assert (none["hours"], none["revision"], none["open_now"]) == (None, 0, None)
    week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    told = {"hours": {"time_zone": "Europe/Madrid", "week": week}, "revision": 0}
    said = await api.put(path, json=told, headers=acme.admin.headers)
    assert (said.status_code, said.json()["open_now"]) == (200, True)
    late = await api.put(path, json=told, headers=acme.admin.headers)
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert (await api.put(path, json=told, headers=acme.anna.headers)).status_code == 403
    own = {"time_zone": "America/Sao_Paulo", "week": {"mon": [["09:00", "12:00"]]}}
    changed = await Employee(api, acme).patch(hours=own)
    assert changed.json()["hours"] == own | {"closed": []}
    wrong = await Employee(api, acme).patch(hours=own | {"time_zone": "Nowhere"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_request")
