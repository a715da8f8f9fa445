"""The web chat over REST on real servers: who may see and write what, and what stays."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from shared.conversations import repository as conversations
from shared.conversations import sending
from shared.conversations.looking_in import Act, leave_trace
from shared.db import SystemSession, TenantSession
from shared.errors import AgentPaused
from shared.identity.access import access
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo

from tests.support.people import (
    Person,
    World,
    join,
    leave,
    log_in_again,
    make_agent,
    make_person,
)

CHAT = "/api/portal/chat/conversations"


async def send(world: World, person: Person, conversation_id: UUID, text: str) -> None:
    """What the gateway does with a user's message: it and its run are stored together."""
    message = KonstructMessage(
        tenant_id=str(world.id),
        channel=ChannelType.WEB,
        sender=SenderInfo(user_id=str(person.id)),
        content=MessageContent(text=text),
        thread_id=str(conversation_id),
    )
    await sending.send(world.id, message, {}, client_message_id=None)


# ── The promises of the contract ───────────────────────────────────────────────────────────────


async def test_chat_rbac_enforcement(
    api: httpx.AsyncClient, acme: World, globex: World, figures: Counter[str]
) -> None:
    """Every call that takes an id × everyone it could be tried by × every id it could be given."""
    annas = await acme.conversation(acme.anna)
    (said,) = await acme.say(annas, "a secret of Anna's")
    deleted = uuid4()
    without_membership = await make_person(f"gone.{acme.slug}", acme.id)
    await leave(acme.id, without_membership.id)
    calls = [("GET", CHAT + "/{}/messages"), ("DELETE", CHAT + "/{}")]

    async def tried(method: str, path: str, who: Person | None) -> httpx.Response:
        figures["chat API: cases of who × what"] += 1
        answer = await api.request(method, path, headers=who.headers if who else {})
        assert "secret" not in answer.text
        return answer

    for method, path in calls:
        for colleague in (acme.ben, acme.admin):
            answer = await tried(method, path.format(annas), colleague)
            assert answer.status_code == 403, (method, colleague.role)
        for stranger in (globex.anna, globex.admin):
            theirs = await tried(method, path.format(annas), stranger)
            none = await tried(method, path.format(uuid4()), stranger)
            assert theirs.status_code == 404
            assert (theirs.status_code, theirs.json()) == (none.status_code, none.json())
        assert (await tried(method, path.format(deleted), acme.anna)).status_code == 404
        assert (await tried(method, path.format(annas), without_membership)).status_code == 403
        assert (await tried(method, path.format(annas), None)).status_code == 401
        for malformed in ("1", "%00", "' OR 1=1 --", f"{annas}x", f"{annas}%20"):
            answer = await tried(method, path.format(malformed), acme.anna)
            assert answer.status_code == 422, malformed

    for tenant in (globex.id, uuid4()):
        answer = await tried("GET", f"{CHAT}?tenant_id={tenant}", acme.anna)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "You are not a member of this tenant."
    assert (await tried("GET", f"{CHAT}?tenant_id=acme", acme.anna)).status_code == 422

    still = await api.get(f"{CHAT}/{annas}/messages", headers=acme.anna.headers)
    assert [message["id"] for message in still.json()] == [str(said.id)]


async def test_platform_admin_cross_tenant(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    annas = await acme.conversation(acme.anna)
    ginas = await globex.conversation(globex.anna)
    await globex.say(ginas, "hello", "are you there?")

    async def listed(query: str = "") -> list[str]:
        answer = await api.get(f"{CHAT}{query}", headers=platform_admin.headers)
        assert answer.status_code == 200
        return [row["id"] for row in answer.json()]

    assert await listed() == [str(ginas), str(annas)]  # newest first
    assert await listed(f"?tenant_id={acme.id}") == [str(annas)]
    assert await listed(f"?tenant_id={uuid4()}") == []

    history = await api.get(f"{CHAT}/{ginas}/messages", headers=platform_admin.headers)
    assert [message["content"] for message in history.json()] == ["hello", "are you there?"]
    page = await api.get(
        f"{CHAT}/{ginas}/messages?before={history.json()[1]['id']}", headers=platform_admin.headers
    )
    assert [message["seq"] for message in page.json()] == [1]

    assert (await api.delete(f"{CHAT}/{ginas}", headers=platform_admin.headers)).is_success
    emptied = await api.get(f"{CHAT}/{ginas}/messages", headers=globex.anna.headers)
    assert emptied.json() == []

    for someone in (acme.anna, acme.admin):
        assert (await api.get(CHAT, headers=someone.headers)).status_code == 400


async def test_a_platform_admin_who_looks_into_anothers_conversation_leaves_a_trace(
    api: httpx.AsyncClient,
    acme: World,
    platform_admin: Person,
    superuser: psycopg.Connection,
) -> None:
    annas = await acme.conversation(acme.anna)
    await acme.say(annas, "my secret")
    headers = platform_admin.headers | {"X-Reason": "ticket%2017%0A%1B[2J%E2%80%AE %C3%BC"}
    for method, path, sent in (
        ("GET", f"?tenant_id={acme.id}", headers),
        ("GET", f"?tenant_id={acme.id}", headers),  # as an open page does, again and again
        ("GET", "", platform_admin.headers),
        ("GET", f"/{annas}/messages", headers),
        ("GET", f"/{annas}/messages", platform_admin.headers | {"X-Reason": " "}),
        ("DELETE", f"/{annas}", platform_admin.headers),
        ("GET", f"/{annas}/messages", acme.anna.headers),
        ("GET", f"?tenant_id={acme.id}", acme.anna.headers),
        ("GET", f"/{annas}/messages", acme.ben.headers),
    ):
        await api.request(method, f"{CHAT}{path}", headers=sent)
    told = superuser.execute(
        "SELECT action, reason, tenant_id, object_id, details->>'owner_id', actor_kind, actor"
        " FROM audit_events ORDER BY at"
    ).fetchall()
    none, given, anna = "none given", "ticket 17 [2J ü", str(acme.anna.id)
    assert [row[:5] for row in told] == [
        ("conversation.listed", given, acme.id, None, None),
        ("conversation.listed", none, None, None, None),
        ("conversation.read", given, acme.id, str(annas), anna),
        ("conversation.read", none, acme.id, str(annas), anna),
        ("conversation.emptied", none, acme.id, str(annas), anna),
    ]
    assert {row[5:] for row in told} == {("platform_admin", str(platform_admin.id))}


async def test_a_list_whose_row_was_not_committed_is_recorded_the_next_time(
    acme: World, platform_admin: Person, superuser: psycopg.Connection
) -> None:
    async def look(*, ends_well: bool) -> None:
        async with SystemSession("platform_admin") as session, session.transaction():
            await leave_trace(
                session, Act.LISTED, by=platform_admin.id, reason=None, tenant_id=acme.id
            )
            if not ends_well:
                raise TimeoutError

    with pytest.raises(TimeoutError):
        await look(ends_well=False)
    await look(ends_well=True)
    await look(ends_well=True)
    recorded = "SELECT count(*) FROM audit_events WHERE tenant_id = %s"
    assert superuser.execute(recorded, (acme.id,)).fetchone() == (1,)


async def test_list_conversation_history(api: httpx.AsyncClient, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    said = await acme.say(conversation_id, *(f"text {number}" for number in range(1, 121)))
    path = f"{CHAT}/{conversation_id}/messages"

    async def page(query: str = "") -> list[dict[str, Any]]:
        answer = await api.get(f"{path}{query}", headers=acme.anna.headers)
        assert answer.status_code == 200
        rows: list[dict[str, Any]] = answer.json()
        return rows

    assert [row["seq"] for row in await page()] == list(range(71, 121))
    assert len(await page("?limit=200")) == 120

    collected: list[dict[str, Any]] = []
    before = ""
    while rows := await page(f"?limit=7{before}"):
        collected = rows + collected
        before = f"&before={rows[0]['id']}"
    assert [row["seq"] for row in collected] == list(range(1, 121))
    assert [row["id"] for row in collected] == [str(message.id) for message in said]
    assert collected[0]["content"] == "text 1"
    assert collected[0]["status"] == "complete"

    other = await acme.conversation(acme.anna, acme.other_agent_id)
    (elsewhere,) = await acme.say(other, "elsewhere")
    for strange in (elsewhere.id, uuid4()):
        answer = await api.get(f"{path}?before={strange}", headers=acme.anna.headers)
        assert answer.status_code == 404
    for wrong in ("limit=0", "limit=-1", "limit=201", "limit=x", "before=1"):
        answer = await api.get(f"{path}?{wrong}", headers=acme.anna.headers)
        assert answer.status_code == 422, wrong


async def test_create_conversation(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    body = {"tenant_id": str(acme.id), "agent_id": str(acme.agent_id)}
    first = await api.post(CHAT, json=body, headers=acme.anna.headers)
    again = await api.post(CHAT, json=body, headers=acme.anna.headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["agent_name"] == "Ada"

    someone_elses = await api.post(CHAT, json=body, headers=acme.ben.headers)
    assert someone_elses.json()["id"] != first.json()["id"]
    stored = superuser.execute("SELECT count(*) FROM web_conversations").fetchone()
    assert stored == (2,)


# ── Opening ────────────────────────────────────────────────────────────────────────────────────


async def test_asked_twice_at_once_it_is_one_conversation(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    import asyncio

    body = {"tenant_id": str(acme.id), "agent_id": str(acme.agent_id)}
    answers = await asyncio.gather(
        *(api.post(CHAT, json=body, headers=acme.anna.headers) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert superuser.execute("SELECT count(*) FROM web_conversations").fetchone() == (1,)


async def test_a_conversation_is_opened_with_agents_of_ones_own_tenant_alone(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    async def opened(tenant_id: UUID, agent_id: object) -> httpx.Response:
        body = {"tenant_id": str(tenant_id), "agent_id": str(agent_id)}
        return await api.post(CHAT, json=body, headers=acme.anna.headers)

    theirs, none = await opened(acme.id, globex.agent_id), await opened(acme.id, uuid4())
    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert (await opened(globex.id, globex.agent_id)).status_code == 403
    assert (await opened(uuid4(), acme.agent_id)).status_code == 403
    assert (await opened(acme.id, "Ada")).status_code == 422
    assert superuser.execute("SELECT count(*) FROM web_conversations").fetchone() == (0,)


async def test_a_paused_agents_conversation_opens_but_takes_no_message(
    api: httpx.AsyncClient, acme: World
) -> None:
    body = {"tenant_id": str(acme.id), "agent_id": str(acme.paused_agent_id)}
    answer = await api.post(CHAT, json=body, headers=acme.anna.headers)
    assert answer.status_code == 201
    with pytest.raises(AgentPaused) as refusal:
        await send(acme, acme.anna, UUID(answer.json()["id"]), "hello?")
    assert refusal.value.code == "agent_paused"
    history = await api.get(f"{CHAT}/{answer.json()['id']}/messages", headers=acme.anna.headers)
    assert history.json() == []


async def test_who_was_dismissed_answers_nobody_and_what_was_said_stays(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, "remember me")
    path = f"/api/portal/tenants/{acme.id}/agents/{acme.agent_id}/dismissal"

    assert (await api.post(path, headers=acme.anna.headers)).status_code == 403
    for _ in range(2):
        gone = await api.post(path, headers=acme.admin.headers)
        assert (gone.status_code, gone.json()["status"]) == (200, "paused")
        assert gone.json()["dismissed_at"] is not None

    with pytest.raises(AgentPaused, match="does not work here any more") as refused:
        await send(acme, acme.anna, conversation_id, "hello?")
    assert refused.value.code == "agent_paused"
    history = await api.get(f"{CHAT}/{conversation_id}/messages", headers=acme.anna.headers)
    assert [each["content"] for each in history.json()] == ["remember me"]
    body = {"tenant_id": str(acme.id), "agent_id": str(acme.agent_id)}
    assert (await api.post(CHAT, json=body, headers=acme.anna.headers)).status_code == 200
    refused_ben = await api.post(CHAT, json=body, headers=acme.ben.headers)
    assert refused_ben.json()["code"] == "agent_dismissed"
    hired = {"tenant_id": str(acme.id), "name": "ada"}
    again = await api.post("/api/portal/agents", json=hired, headers=acme.admin.headers)
    assert again.json()["code"] == "name_of_before"
    back_to_work = {"tenant_id": str(acme.id), "status": "active"}
    agent = f"/api/portal/agents/{acme.agent_id}"
    changed = await api.patch(agent, json=back_to_work, headers=acme.admin.headers)
    assert changed.json()["code"] == "agent_dismissed"

    back = await api.delete(path, headers=acme.admin.headers)
    assert (back.json()["status"], back.json()["dismissed_at"]) == ("paused", None)
    await api.patch(agent, json=back_to_work, headers=acme.admin.headers)
    await send(acme, acme.anna, conversation_id, "welcome back")
    acts = superuser.execute("SELECT action FROM audit_events WHERE object_kind = 'agent'")
    assert acts.fetchall() == [("agent.dismissed",), ("agent.taken_back",)]


# ── The list ───────────────────────────────────────────────────────────────────────────────────


async def test_the_list_shows_the_newest_first_with_the_last_message_cut_short(
    api: httpx.AsyncClient, acme: World
) -> None:
    with_ada = await acme.conversation(acme.anna)
    with_bob = await acme.conversation(acme.anna, acme.other_agent_id)
    await acme.say(with_ada, "first", "last " + "ü" * 500)

    answer = await api.get(f"{CHAT}?tenant_id={acme.id}", headers=acme.anna.headers)
    rows = answer.json()
    assert [row["id"] for row in rows] == [str(with_ada), str(with_bob)]
    assert [row["agent_name"] for row in rows] == ["Ada", "Bob"]
    assert rows[0]["last_message_preview"] == "last " + "ü" * (conversations.PREVIEW_CHARS - 5)
    assert rows[1]["last_message_preview"] is None

    await acme.say(with_bob, "now Bob is newest")
    answer = await api.get(f"{CHAT}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert [row["agent_name"] for row in answer.json()] == ["Bob", "Ada"]


async def test_the_platform_admin_sees_whose_a_conversation_is(
    api: httpx.AsyncClient, acme: World, platform_admin: Person
) -> None:
    await acme.conversation(acme.anna)

    async def whose() -> list[tuple[str, str | None]]:
        answer = await api.get(f"{CHAT}?tenant_id={acme.id}", headers=platform_admin.headers)
        return [(row["user_id"], row["user_name"]) for row in answer.json()]

    assert await whose() == [(str(acme.anna.id), acme.anna.display_name)]
    await leave(acme.id, acme.anna.id)  # the tenant's view knows members alone by name
    assert await whose() == [(str(acme.anna.id), None)]


# ── Resetting ──────────────────────────────────────────────────────────────────────────────────


async def test_a_reset_deletes_the_messages_keeps_the_conversation_and_numbers_go_on(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    other = await acme.conversation(acme.anna, acme.other_agent_id)
    await acme.say(other, "not to be touched")
    await send(acme, acme.anna, conversation_id, "one")
    await send(acme, acme.anna, conversation_id, "two")

    def row() -> tuple[Any, ...]:
        found = superuser.execute(
            "SELECT created_at, updated_at, last_seq, reset_seq FROM web_conversations"
            " WHERE id = %s",
            (conversation_id,),
        ).fetchone()
        assert found is not None
        return found

    before = row()
    answer = await api.delete(f"{CHAT}/{conversation_id}", headers=acme.anna.headers)
    after = row()
    assert answer.status_code == 204
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert after[2:] == (2, 2)

    history = await api.get(f"{CHAT}/{conversation_id}/messages", headers=acme.anna.headers)
    assert history.json() == []
    runs = superuser.execute("SELECT DISTINCT state, payload FROM agent_runs").fetchall()
    assert runs == [("cancelled", None)], "what waits for an answer ends, and is forgotten"

    await send(acme, acme.anna, conversation_id, "three")
    history = await api.get(f"{CHAT}/{conversation_id}/messages", headers=acme.anna.headers)
    assert [(m["seq"], m["content"]) for m in history.json()] == [(3, "three")]
    kept = await api.get(f"{CHAT}/{other}/messages", headers=acme.anna.headers)
    assert [message["content"] for message in kept.json()] == ["not to be touched"]

    again = await api.delete(f"{CHAT}/{conversation_id}", headers=acme.anna.headers)
    twice = await api.delete(f"{CHAT}/{conversation_id}", headers=acme.anna.headers)
    assert (again.status_code, twice.status_code) == (204, 204)


async def test_a_reset_tells_who_looks_and_forgets_the_short_term_memory(
    api: httpx.AsyncClient, acme: World
) -> None:
    from shared.redis_keys import memory_short_key, webchat_response_key
    from shared.valkey.client import get_redis

    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, "one", "two")
    memory = memory_short_key(acme.id, acme.agent_id, acme.anna.id)
    await get_redis().set(memory, "what Anna said")

    async with get_redis().pubsub() as listening:
        await listening.subscribe(webchat_response_key(acme.id, conversation_id))
        assert (await listening.get_message(timeout=5))["type"] == "subscribe"
        await api.delete(f"{CHAT}/{conversation_id}", headers=acme.anna.headers)
        told = await listening.get_message(ignore_subscribe_messages=True, timeout=5)

    assert told["data"] == b'{"type":"reset","seq":2}'
    assert await get_redis().get(memory) is None


# ── Numbers ────────────────────────────────────────────────────────────────────────────────────


async def test_messages_written_at_once_are_numbered_without_gap_or_repeat(
    api: httpx.AsyncClient, acme: World
) -> None:
    import asyncio

    conversation_id = await acme.conversation(acme.anna)

    async def one(number: int, *, keep: bool) -> None:
        async with TenantSession(acme.id) as session:
            await conversations.add_message(
                session,
                tenant_id=acme.id,
                conversation_id=conversation_id,
                role="user",
                content=str(number),
            )
            await (session.commit() if keep else session.rollback())

    await asyncio.gather(*(one(number, keep=number % 3 != 0) for number in range(30)))
    answer = await api.get(f"{CHAT}/{conversation_id}/messages", headers=acme.anna.headers)
    rows = answer.json()
    assert [row["seq"] for row in rows] == list(range(1, 21))
    times = [row["created_at"] for row in rows]
    assert times == sorted(times)


# ── Losing and changing access ─────────────────────────────────────────────────────────────────


async def test_who_is_no_member_any_more_loses_access(api: httpx.AsyncClient, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    paths = [f"{CHAT}/{conversation_id}/messages", f"{CHAT}?tenant_id={acme.id}"]
    for path in paths:
        assert (await api.get(path, headers=acme.anna.headers)).status_code == 200

    await leave(acme.id, acme.anna.id)
    # At once, though the token's standing was looked up a moment ago.
    for path in paths:
        assert (await api.get(path, headers=acme.anna.headers)).status_code == 403
    access.forget(acme.anna.id)
    for path in paths:
        assert (await api.get(path, headers=acme.anna.headers)).status_code == 403
    body = {"tenant_id": str(acme.id), "agent_id": str(acme.agent_id)}
    assert (await api.post(CHAT, json=body, headers=acme.anna.headers)).status_code == 403
    answer = await api.delete(f"{CHAT}/{conversation_id}", headers=acme.anna.headers)
    assert answer.status_code == 403


async def test_a_person_of_two_tenants_works_in_one_at_a_time(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    """Ids are looked up in the token's tenant; a named tenant needs only the membership."""
    await join(globex.id, acme.anna.id)
    in_acme = acme.anna
    in_globex = await log_in_again(acme.anna.id, globex.id)
    assert (in_acme.tenant_id, in_globex.tenant_id) == (acme.id, globex.id)
    at_acme = await acme.conversation(acme.anna)
    at_globex = await globex.conversation(acme.anna)

    for person, mine, other in ((in_acme, at_acme, at_globex), (in_globex, at_globex, at_acme)):
        answer = await api.get(f"{CHAT}/{mine}/messages", headers=person.headers)
        assert answer.status_code == 200
        answer = await api.get(f"{CHAT}/{other}/messages", headers=person.headers)
        assert answer.status_code == 404

    for tenant, conversation in ((acme, at_acme), (globex, at_globex)):
        answer = await api.get(f"{CHAT}?tenant_id={tenant.id}", headers=in_acme.headers)
        assert [row["id"] for row in answer.json()] == [str(conversation)]


async def test_a_token_that_names_a_tenant_its_holder_is_not_in_opens_nothing(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    from shared.identity.tokens import issue_access_token, verify_access_token

    theirs = await globex.conversation(globex.anna)
    claims = verify_access_token(acme.anna.token)
    token, _ = issue_access_token(
        user_id=claims.user_id,
        role=claims.role,
        tenant_id=globex.id,
        session_id=claims.session_id,
    )
    liar = replace(acme.anna, token=token)
    for path in (f"{CHAT}/{theirs}/messages", f"{CHAT}?tenant_id={globex.id}"):
        assert (await api.get(path, headers=liar.headers)).status_code == 403


async def test_answers_do_not_tell_what_another_tenant_calls_its_agents(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    await make_agent(globex.id, "Project Manhattan")
    answer = await api.get(f"/api/portal/agents?tenant_id={acme.id}", headers=acme.anna.headers)
    assert "Manhattan" not in answer.text
