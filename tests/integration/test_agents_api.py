"""A tenant's agents over REST: seen by its members, hired and changed by its admins.

Who may do what is shown in `test_portal_rights.py` too.
"""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from shared.agents import checks

from tests.support.people import Person, World, leave
from tests.support.stack import Stack

AGENTS = "/api/portal/agents"
SEEN_BY_MEMBERS = {
    "id", "tenant_id", "name", "role", "status", "paused_notice", "practice", "greeting",
    "starters", "dismissed_at",
}  # fmt: skip
SEEN_BY_ADMINS = {
    "instructions", "model", "tools", "helps_while_waiting", "hours", "published_version",
    "revision",
}  # fmt: skip


async def test_members_see_their_tenants_agents_by_name(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for person in acme.everyone:
        answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=person.headers)
        assert answer.status_code == 200
        assert [(row["name"], row["status"]) for row in answer.json()] == [
            ("Ada", "active"),
            ("Bob", "active"),
            ("Paula", "paused"),
        ]
        assert {row["tenant_id"] for row in answer.json()} == {str(acme.id)}


async def test_an_agents_instructions_and_model_stay_inside(
    api: httpx.AsyncClient, acme: World
) -> None:
    answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert set(answer.json()[0]) == SEEN_BY_MEMBERS


async def test_who_is_no_member_is_refused_whether_the_tenant_exists_or_not(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for person in (acme.anna, acme.admin):
        theirs = await api.get(f"{AGENTS}?tenant_id={globex.id}", headers=person.headers)
        none = await api.get(f"{AGENTS}?tenant_id={uuid4()}", headers=person.headers)
        assert theirs.status_code == none.status_code == 403
        assert theirs.json() == none.json()


async def test_a_platform_admin_sees_every_tenants_agents(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    for world in (acme, globex):
        answer = await api.get(f"{AGENTS}?tenant_id={world.id}", headers=platform_admin.headers)
        assert {row["tenant_id"] for row in answer.json()} == {str(world.id)}


@pytest.mark.parametrize("query", ["", "?tenant_id=", "?tenant_id=acme", "?tenant_id=%00"])
async def test_a_tenant_must_be_named_by_its_id(
    api: httpx.AsyncClient, acme: World, query: str
) -> None:
    answer = await api.get(f"{AGENTS}{query}", headers=acme.anna.headers)
    assert answer.status_code == 422


async def test_without_a_token_or_membership_there_is_nothing_to_see(
    api: httpx.AsyncClient, acme: World
) -> None:
    assert (await api.get(f"{AGENTS}?tenant_id={acme.id}")).status_code == 401
    await leave(acme.id, acme.anna.id)
    answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert answer.status_code == 403


# ── One agent ──────────────────────────────────────────────────────────────────────────────────


async def test_an_admin_sees_how_an_agent_works_and_a_member_that_it_does(
    api: httpx.AsyncClient, acme: World, platform_admin: Person
) -> None:
    path = f"{AGENTS}/{acme.agent_id}?tenant_id={acme.id}"
    for who, fields in (
        (acme.anna, SEEN_BY_MEMBERS),
        (acme.admin, SEEN_BY_MEMBERS | SEEN_BY_ADMINS),
        (platform_admin, SEEN_BY_MEMBERS | SEEN_BY_ADMINS),
    ):
        answer = await api.get(path, headers=who.headers)
        assert answer.status_code == 200
        assert set(answer.json()) == fields
        assert answer.json()["name"] == "Ada"
    assert answer.json()["instructions"] == "Answer in one sentence."


# ── Hiring ─────────────────────────────────────────────────────────────────────────────────────


async def hire(api: httpx.AsyncClient, acme: World, **fields: Any) -> httpx.Response:
    body = {"tenant_id": str(acme.id), "name": "Zoe"} | fields
    return await api.post(AGENTS, json=body, headers=acme.admin.headers)


async def change(
    api: httpx.AsyncClient, acme: World, agent_id: UUID | None = None, **fields: Any
) -> httpx.Response:
    return await api.patch(
        f"{AGENTS}/{agent_id or acme.agent_id}",
        json={"tenant_id": str(acme.id)} | fields,
        headers=acme.admin.headers,
    )


def stored(superuser: psycopg.Connection) -> list[Any]:
    return superuser.execute("SELECT * FROM agents ORDER BY id").fetchall()


async def test_a_hired_agent_is_at_work_at_once(api: httpx.AsyncClient, acme: World) -> None:
    answer = await hire(
        api, acme, name=" Zoe ", role="Sales", instructions="Be brief.\r\nAlways.",
        model="anthropic:claude-x",
    )  # fmt: skip
    assert answer.status_code == 201
    hired = answer.json()
    assert hired | {"id": None} == {
        "id": None,
        "tenant_id": str(acme.id),
        "name": "Zoe",
        "role": "Sales",
        "status": "active",
        "paused_notice": None,
        "practice": False,
        "instructions": "Be brief.\nAlways.",
        "model": "anthropic:claude-x",
        "tools": [],
        "helps_while_waiting": False,
        "greeting": "",
        "dismissed_at": None,
        "starters": [],
        "hours": None,
        "published_version": 1,
        "revision": 1,
    }
    again = await api.get(f"{AGENTS}/{hired['id']}?tenant_id={acme.id}", headers=acme.admin.headers)
    assert again.json() == hired
    opened = await api.post(
        "/api/portal/chat/conversations",
        json={"tenant_id": str(acme.id), "agent_id": hired["id"]},
        headers=acme.anna.headers,
    )
    assert opened.status_code == 201


async def test_a_name_alone_is_enough(api: httpx.AsyncClient, acme: World) -> None:
    hired = (await hire(api, acme)).json()
    assert (hired["role"], hired["instructions"], hired["model"]) == ("", "", None)


async def test_a_name_is_one_agents_in_its_tenant_whatever_its_case(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    before = stored(superuser)
    for taken in ("Ada", "ADA", " ada "):
        for answer in (
            await hire(api, acme, name=taken),
            await change(api, acme, acme.other_agent_id, name=taken, role="x"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
            assert "Choose another name" in answer.json()["detail"]
    assert stored(superuser) == before
    assert (await change(api, acme, name="ADA")).status_code == 200, "it is its own name"
    body = {"tenant_id": str(globex.id), "name": "Zoe"}
    assert (await hire(api, acme)).status_code == 201
    answer = await api.post(AGENTS, json=body, headers=globex.admin.headers)
    assert answer.status_code == 201, "another tenant's names do not matter"


async def test_asked_for_twice_at_once_one_is_hired(api: httpx.AsyncClient, acme: World) -> None:
    answers = await asyncio.gather(*(hire(api, acme) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


BAD: list[tuple[dict[str, Any], int]] = [
    ({"name": ""}, 400),
    ({"name": "  "}, 400),
    ({"name": "x" * (checks.MAX_NAME_CHARS + 1)}, 400),
    ({"name": "a\x00b"}, 400),
    ({"name": "a\nb"}, 400),
    ({"name": None}, 422),
    ({"name": ["Zoe"]}, 422),
    ({"role": "x" * (checks.MAX_ROLE_CHARS + 1)}, 400),
    ({"role": "a\x00b"}, 400),
    ({"role": None}, 422),
    ({"instructions": "x" * (checks.MAX_INSTRUCTIONS_CHARS + 1)}, 400),
    ({"instructions": "a\x00b"}, 400),
    ({"instructions": None}, 422),
    ({"model": "http://evil.example/v1"}, 400),
    ({"model": "//evil.example"}, 400),
    ({"model": "gpt 5"}, 400),
    ({"model": "x\x00"}, 400),
    ({"model": "é"}, 400),
    ({"model": "x" * 201}, 400),
    ({"model": 5}, 422),
    ({"status": "fired"}, 422),
    ({"status": None}, 422),
    ({"tenant_id": None}, 422),
    ({"tenant_id": "acme"}, 422),
    ({"id": "5d6f8a3e-2f40-4d0b-9d3c-0c1f4b7a9e21"}, 422),
]


@pytest.mark.parametrize(("wrong", "status"), BAD, ids=lambda value: repr(value)[:30])
async def test_what_an_agent_cannot_be_is_refused_with_a_sentence_and_nothing_is_written(
    api: httpx.AsyncClient,
    acme: World,
    superuser: psycopg.Connection,
    wrong: dict[str, Any],
    status: int,
) -> None:
    before = stored(superuser)
    answers = [await change(api, acme, **({"role": "Sales"} | wrong))]
    if "status" not in wrong:
        answers.append(await hire(api, acme, **wrong))
    for answer in answers:
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"].endswith(".")
    assert stored(superuser) == before


async def test_text_that_is_no_unicode_is_refused(api: httpx.AsyncClient, acme: World) -> None:
    body = f'{{"tenant_id": "{acme.id}", "name": "a\\ud800b"}}'
    answer = await api.post(
        AGENTS, content=body, headers=acme.admin.headers | {"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)


# ── Changing ───────────────────────────────────────────────────────────────────────────────────


async def test_what_is_left_out_stays(api: httpx.AsyncClient, acme: World) -> None:
    path = f"{AGENTS}/{acme.agent_id}?tenant_id={acme.id}"
    expected = (await api.get(path, headers=acme.admin.headers)).json()
    for field, value in (
        ("name", "Adele"),
        ("role", ""),
        ("instructions", "Answer in two sentences."),
        ("model", "openai:gpt-5-mini"),
        ("status", "paused"),
        ("status", "active"),
        ("model", None),
        ("model", ""),
    ):
        answer = await change(api, acme, **{field: value})
        expected |= {field: value if field != "model" else value or None}
        if field != "status" and (field, value) != ("model", ""):  # which was so already
            expected["published_version"] += 1
            expected["revision"] += 1
        assert (answer.status_code, answer.json()) == (200, expected)
    assert (await api.get(path, headers=acme.admin.headers)).json() == expected


async def test_an_employee_has_the_tools_it_is_given(api: httpx.AsyncClient, acme: World) -> None:
    for tools in (["clock", "count"], ["count"], []):
        assert (await change(api, acme, tools=tools)).json()["tools"] == tools
    for unknown in ("fly", "order", "", "\u202e", "x" * 99):
        refused = await change(api, acme, tools=["clock", unknown])
        assert refused.status_code == 400
    refused = await change(api, acme, tools=["clock", "fly"])
    assert refused.json()["detail"] == "There is no tool called fly. There are clock, count."
    assert (await change(api, acme, role="Sales")).json()["tools"] == []


async def test_nothing_to_change_is_said(api: httpx.AsyncClient, acme: World) -> None:
    answer = await change(api, acme)
    assert answer.status_code == 400
    assert "at least one field" in answer.json()["detail"]


async def test_a_change_holds_from_the_next_message_on(stack: Stack, acme: World) -> None:
    """Through gateway, worker and model: what the model is told is what the admin just wrote."""
    conversation_id = await acme.conversation(acme.anna)
    recorded = stack.model.base_url.removesuffix("/v1") + "/__requests"
    async with (
        httpx.AsyncClient(base_url=stack.gateways[1].url) as portal,
        await stack.connect(acme.anna, conversation_id) as client,
    ):
        for number in range(2):
            rule, asked = f"Rule {number} of {acme.slug}.", f"Question {number} of {acme.slug}?"
            assert (await change(portal, acme, instructions=rule)).status_code == 200
            await client.ask(asked)
            newest = str((await portal.get(recorded)).json()[-1]["messages"])
            assert rule in newest
            assert asked in newest

        await change(portal, acme, status="paused")
        await client.say("still there?")
        refusal = await client.expect("error")
        assert (refusal.code, refusal.notice) == ("agent_paused", None)

        notice = "Ada is back on Monday."
        await change(portal, acme, paused_notice=f"  {notice} ")
        await client.say("still there?")
        refusal = await client.expect("error")
        assert refusal.notice == notice
        assert notice in refusal.message
        listed = await portal.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
        assert {"Ada": notice, "Bob": None}.items() <= {
            row["name"]: row["paused_notice"] for row in listed.json()
        }.items()


@pytest.mark.parametrize("notice", ["x" * 201, "two\nlines", "a\x00b"])
async def test_what_people_see_meanwhile_is_one_sentence(
    api: httpx.AsyncClient, acme: World, notice: str
) -> None:
    answer = await change(api, acme, status="paused", paused_notice=notice)
    assert answer.status_code == 400
    assert "What people see meanwhile" in answer.json()["detail"]
    for nothing in ("", "  ", None):
        changed = await change(api, acme, paused_notice=nothing)
        assert changed.json()["paused_notice"] is None


async def test_people_are_told_when_the_practice_model_answers(
    api: httpx.AsyncClient, acme: World
) -> None:
    answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert {row["practice"] for row in answer.json()} == {False}
