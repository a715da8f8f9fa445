"""People take over by REST and by command: what each call does to the conversation, who may, and
what those who may not are told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import psycopg
import pytest
from shared.conversations import handover
from shared.redis_keys import webchat_response_key
from shared.valkey.client import get_redis

from tests.support.cli import Ran, konstruct
from tests.support.handing_over import Talk
from tests.support.people import Person, World, make_person

TAKEN = ("system", "complete", "Admin answers here now.")
BACK = ("system", "complete", "Ada answers here again.")


@pytest.fixture
async def talk(acme: World, superuser: psycopg.Connection) -> Talk:
    """Anna's, who has asked something and shown it to her colleagues."""
    talk = await Talk.begun(acme, acme.anna, superuser)
    await talk.say("How much is it?")
    await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
    return talk


def said_since(talk: Talk) -> list[tuple[str, str, str]]:
    """After the question, its failure and the notice that a colleague was asked."""
    return talk.said()[3:]


# ── REST ───────────────────────────────────────────────────────────────────────────────────────


class Inbox:
    """The calls about one conversation."""

    def __init__(self, api: httpx.AsyncClient, talk: Talk, *, tenant_id: UUID | None = None):
        self._api, self._talk = api, talk
        self._tenant_id = tenant_id or talk.world.id

    async def call(
        self, who: Person | None, what: str, *, id_: object = None, key: str = "", **body: Any
    ) -> httpx.Response:
        headers = (who.headers if who else {}) | ({"Idempotency-Key": key} if key else {})
        path = f"/api/portal/tenants/{self._tenant_id}/conversations/{id_ or self._talk.id}/{what}"
        return await self._api.post(path, json=body, headers=headers)


async def test_taken_answered_and_given_back_over_rest(
    api: httpx.AsyncClient, acme: World, talk: Talk
) -> None:
    inbox = Inbox(api, talk)
    taken = await inbox.call(acme.admin, "take")
    assert (taken.status_code, taken.json()) == (
        200,
        {
            "conversation_id": str(talk.id),
            "handling": "human",
            "hold_epoch": 2,
            "held_by": str(acme.admin.id),
            "holder_name": "Admin",
        },
    )
    assert (talk.row()["handling"], talk.row()["held_by"]) == ("human", acme.admin.id)
    replied = await inbox.call(acme.admin, "messages", key="k", text="60 EUR.")
    assert replied.status_code == 201
    told = replied.json()
    assert (told["content"], told["author"]) == ("60 EUR.", {"kind": "member", "name": "Admin"})
    assert said_since(talk) == [TAKEN, ("member", "complete", "60 EUR.")]
    assert talk.outcomes()["How much is it?"][-1] == ("member", "complete", "60 EUR.")
    again = await inbox.call(acme.admin, "messages", key="k", text="60 EUR.")
    assert again.json() == told
    released = await inbox.call(acme.admin, "release", hold_epoch=2)
    assert (released.status_code, released.json()["handling"]) == (200, "agent")
    assert said_since(talk)[2:] == [BACK]
    assert talk.pending() == [], "it is answered"


async def test_given_back_over_rest_what_is_unanswered_is_answered(
    api: httpx.AsyncClient, acme: World, talk: Talk
) -> None:
    inbox = Inbox(api, talk)
    await inbox.call(acme.admin, "take")
    await inbox.call(acme.admin, "release")
    (run_id,) = talk.pending()
    claimed = await talk.worker.claim(run_id)
    assert claimed
    assert claimed.text == "How much is it?"


async def test_who_may_not_is_told_why_and_changes_nothing(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person, talk: Talk
) -> None:
    inbox = Inbox(api, talk)
    await inbox.call(acme.ben, "take")
    before = talk.said(), talk.row()
    cases: list[tuple[Person | None, str, dict[str, Any], int, str]] = [
        (None, "take", {}, 401, "not_authenticated"),
        (globex.admin, "take", {}, 403, "forbidden"),
        (platform_admin, "take", {}, 403, "forbidden"),
        (acme.admin, "take", {}, 409, "taken"),
        (acme.admin, "take", {"hold_epoch": 1, "force": True}, 409, "changed_meanwhile"),
        (acme.anna, "take", {"force": True}, 403, "forbidden"),
        (acme.anna, "take", {"id_": uuid4()}, 404, "not_found"),
        (acme.admin, "messages", {"text": "I know."}, 409, "taken"),
        (acme.ben, "messages", {"text": "x" * 8_001}, 400, "text_too_long"),
        (acme.ben, "messages", {"text": " "}, 400, "text_empty"),
        (acme.anna, "release", {}, 409, "taken"),
        (acme.ben, "release", {"hold_epoch": 1}, 409, "changed_meanwhile"),
    ]
    for who, what, how, status, code in cases:
        refused = await inbox.call(who, what, **how)
        told = refused.json()
        assert (refused.status_code, told["code"]) == (status, code), (what, how, told)
        assert refused.headers["content-type"] == "application/problem+json"
        assert told["detail"].endswith(".")
    assert "Ben has this" in (await inbox.call(acme.admin, "take")).json()["detail"]
    elsewhere = Inbox(api, talk, tenant_id=globex.id)
    assert (await elsewhere.call(globex.admin, "take")).status_code == 404
    assert (talk.said(), talk.row()) == before
    forced = await inbox.call(acme.admin, "take", force=True)
    assert forced.json()["holder_name"] == "Admin"


# ── by command ─────────────────────────────────────────────────────────────────────────────────


async def inbox(*arguments: object) -> Ran:
    return await asyncio.to_thread(konstruct, "inbox", *arguments)


async def test_taken_answered_and_given_back_by_command(acme: World, talk: Talk) -> None:
    as_admin = ("--as", acme.admin.email, "--json")
    taken = (await inbox("take", talk.id, *as_admin)).json
    assert (taken["handling"], taken["holder_name"]) == ("human", "Admin")
    said = (await inbox("reply", talk.id, "60 EUR.", *as_admin)).json
    assert (said["content"], said["author"]) == ("60 EUR.", "Admin")
    released = (await inbox("release", talk.id, *as_admin)).json
    assert (released["handling"], released["held_by"]) == ("agent", None)
    assert said_since(talk) == [TAKEN, ("member", "complete", "60 EUR."), BACK]


async def test_who_looks_on_is_told_before_the_command_ends(acme: World, talk: Talk) -> None:
    async with get_redis().pubsub() as sockets:
        await sockets.subscribe(webchat_response_key(acme.id, talk.id))
        assert (await inbox("take", talk.id)).out == "Admin answers there now.\n"
        told: dict[str, Any] = {}
        async with asyncio.timeout(10):
            while told.get("handling") != "human":
                if (heard := await sockets.get_message(timeout=1)) and heard["type"] == "message":
                    told = orjson.loads(heard["data"])
    assert (told["type"], told["content"]) == ("message", TAKEN[2])


async def test_without_a_name_the_only_admin_does_it(acme: World, talk: Talk) -> None:
    assert (await inbox("take", talk.id)).code == 0
    assert talk.row()["held_by"] == acme.admin.id
    await make_person("eva", acme.id, "customer_admin")
    refused = await inbox("release", talk.id)
    assert refused.code == 2
    assert "has 2 admins. Say which member does it: --as EMAIL." in " ".join(refused.err.split())
    assert talk.row()["held_by"] == acme.admin.id


async def test_a_command_that_is_refused_says_why(acme: World, talk: Talk) -> None:
    await inbox("take", talk.id, "--as", acme.ben.email)
    assert "Ben has this conversation." in (await inbox("take", talk.id)).sentence
    assert "Ben has this" in (await inbox("reply", talk.id, "I know.")).sentence
    assert "no such conversation" in (await inbox("take", uuid4())).sentence
    assert (await inbox("take", talk.id, "--force")).code == 0
    assert talk.row()["held_by"] == acme.admin.id
