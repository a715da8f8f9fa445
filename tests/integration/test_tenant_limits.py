"""What one tenant may use: who sets it, and that it is told before anything is stored."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg
import pytest
from shared.db import SystemSession, TenantSession
from shared.models import AgentRun
from shared.tenants import quotas

from tests.support.people import Person, World
from tests.support.stack import Stack

MINUTE_S, DAY_S = 60, 24 * 3600


async def give(world: World, **own: int) -> None:
    async with SystemSession("setup") as session, session.transaction():
        await quotas.change(session, world.id, own)


async def use_tokens(world: World, tokens: int) -> None:
    """An answer of today that cost so many."""
    async with TenantSession(world.id) as session, session.transaction():
        session.add(
            AgentRun(
                tenant_id=world.id,
                agent_id=world.agent_id,
                channel="web",
                thread_id=str(uuid4()),
                message_id=str(uuid4()),
                state="done",
                next_nudge_at=datetime.now(UTC),
                finished_at=datetime.now(UTC),
                input_tokens=tokens - 1,
                output_tokens=1,
            )
        )


def stored_messages(superuser: psycopg.Connection, world: World) -> int:
    query = "SELECT count(*) FROM web_conversation_messages WHERE tenant_id = %s"
    row = superuser.execute(query, (world.id,)).fetchone()
    assert row is not None
    return int(row[0])


class TestOverTheSocket:
    async def test_a_tenants_messages_a_minute_are_counted_on_all_gateways_together(
        self, stack: Stack, acme: World, globex: World, superuser: psycopg.Connection
    ) -> None:
        await give(acme, messages_per_minute=3)
        for number, person in enumerate([acme.anna, acme.ben, acme.admin]):
            conversation_id = await acme.conversation(person)
            async with await stack.connect(person, conversation_id, gateway=number % 2) as client:
                await client.ask("hello")
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id, gateway=1) as client:
            await client.say("one too many", "m-4")
            error = await client.expect("error", client_message_id="m-4")
        assert (error.code, error.retryable) == ("tenant_too_many", True)
        assert 1 <= error.retry_after_s <= MINUTE_S
        assert "3 messages a minute" in error.message
        assert stored_messages(superuser, acme) == 6, "three questions, three answers"
        theirs = await globex.conversation(globex.anna)
        async with await stack.connect(globex.anna, theirs) as client:
            assert (await client.ask("and we?")).status == "complete"

    async def test_a_day_of_tokens_used_up_is_told_before_anything_is_stored(
        self, stack: Stack, acme: World, globex: World, superuser: psycopg.Connection
    ) -> None:
        await give(acme, tokens_per_day=1_000)
        await use_tokens(acme, 1_000)
        await use_tokens(globex, 5_000)
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("hello?", "m-1")
            error = await client.expect("error", client_message_id="m-1")
        assert (error.code, error.retryable) == ("tenant_tokens_used_up", True)
        assert 1 <= error.retry_after_s <= DAY_S
        assert stored_messages(superuser, acme) == 0
        theirs = await globex.conversation(globex.anna)
        async with await stack.connect(globex.anna, theirs) as client:
            assert (await client.ask("and we?")).status == "complete"

    async def test_what_answers_cost_is_counted(
        self, stack: Stack, acme: World, superuser: psycopg.Connection
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.ask("hello")
        async with TenantSession(acme.id) as session, session.transaction():
            assert (await quotas.read(session, acme.id)).tokens_today > 0


class TestOverRest:
    async def test_a_platform_admin_sets_them_and_the_tenants_admin_sees_them(
        self, api: httpx.AsyncClient, acme: World, platform_admin: Person
    ) -> None:
        path = f"/api/portal/tenants/{acme.id}/limits"
        changed = await api.patch(path, json={"runs_at_once": 7}, headers=platform_admin.headers)
        assert (changed.status_code, changed.json()["own"]) == (200, ["runs_at_once"])
        await use_tokens(acme, 40)
        seen = (await api.get(path, headers=acme.admin.headers)).json()
        assert (seen["runs_at_once"], seen["tokens_today"]) == (7, 40)
        back = await api.patch(path, json={"runs_at_once": None}, headers=platform_admin.headers)
        assert (back.json()["own"], back.json()["runs_at_once"]) == ([], 256)

    async def test_nobody_else_sets_them(
        self, api: httpx.AsyncClient, acme: World, globex: World
    ) -> None:
        path = f"/api/portal/tenants/{acme.id}/limits"
        for person in (acme.admin, acme.anna, globex.admin):
            answer = await api.patch(path, json={"runs_at_once": 9}, headers=person.headers)
            assert answer.status_code == 403
        for person in (acme.anna, globex.admin):
            assert (await api.get(path, headers=person.headers)).status_code == 403

    @pytest.mark.parametrize("wrong", [0, -1, 2**63, "many", 1.5])
    async def test_what_is_no_limit_is_refused(
        self, api: httpx.AsyncClient, acme: World, platform_admin: Person, wrong: object
    ) -> None:
        path = f"/api/portal/tenants/{acme.id}/limits"
        for name in ("runs_at_once", "messages_per_minute", "tokens_per_day"):
            answer = await api.patch(path, json={name: wrong}, headers=platform_admin.headers)
            assert answer.status_code in (400, 422)
        assert (await api.get(path, headers=platform_admin.headers)).json()["own"] == []

    async def test_a_tenant_that_is_none_has_none(
        self, api: httpx.AsyncClient, platform_admin: Person
    ) -> None:
        path = f"/api/portal/tenants/{uuid4()}/limits"
        for answer in (
            await api.get(path, headers=platform_admin.headers),
            await api.patch(path, json={"runs_at_once": 9}, headers=platform_admin.headers),
        ):
            assert answer.status_code == 404
