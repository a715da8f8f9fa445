"""Sessions see what their type says, on every connection, whatever happened to it before."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from shared.config import get_settings
from shared.db import (
    PortalSession,
    SystemSession,
    TenantSession,
    configure_rls_hook,
    current_tenant_id,
    get_engine,
    get_session,
)
from shared.db.engine import async_url
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.db.sessions import ScopeError
from shared.models import Agent
from sqlalchemy import func, select, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from tests.support.people import Person, World
from tests.support.servers import Database

AGENTS_OF_A_WORLD = 3


async def count_agents(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(Agent))).scalar_one()


async def test_a_tenant_session_sees_its_tenant_alone(acme: World, globex: World) -> None:
    async with TenantSession(acme.id) as session, session.transaction():
        tenants = (await session.execute(select(Agent.tenant_id))).scalars().all()
    assert tenants == [acme.id] * AGENTS_OF_A_WORLD


async def test_a_system_session_sees_every_tenant(acme: World, globex: World) -> None:
    async with SystemSession("platform_admin") as session, session.transaction():
        tenants = set((await session.execute(select(Agent.tenant_id))).scalars())
    assert tenants == {acme.id, globex.id}


async def test_a_request_session_refuses_to_query_before_it_entered_a_tenant(
    database: Database,
) -> None:
    async with PortalSession() as session:
        with pytest.raises(ScopeError):
            await session.execute(select(Agent))


@pytest.mark.parametrize("first", ["tenant", "system"])
async def test_a_scope_is_chosen_once(database: Database, first: str) -> None:
    async with PortalSession() as session:
        if first == "tenant":
            await session.enter_tenant(uuid4())
        else:
            await session.enter_system("platform_admin")
        with pytest.raises(ScopeError):
            await session.enter_tenant(uuid4())
        with pytest.raises(ScopeError):
            await session.enter_system("platform_admin")


async def test_who_chose_a_scope_in_a_tenant_stays_in_it_when_the_door_enters_that_tenant(
    acme: World,
) -> None:
    said = text("SELECT current_setting('app.person', true)")
    async with PortalSession() as session:
        await session.enter_person(acme.id, acme.anna.id)
        await session.enter_tenant(acme.id)
        assert (await session.execute(said)).scalar_one() == str(acme.anna.id)
        with pytest.raises(ScopeError):
            await session.enter_tenant(uuid4())


async def test_a_session_holds_no_connection_before_its_first_statement(acme: World) -> None:
    pool = get_engine().pool
    async with TenantSession(acme.id) as session:
        assert pool.checkedout() == 0
        await count_agents(session)
        assert pool.checkedout() == 1
    assert pool.checkedout() == 0


async def test_the_tenant_holds_for_every_transaction_of_a_session(
    acme: World, globex: World
) -> None:
    async with TenantSession(acme.id) as session:
        for _ in range(3):
            async with session.transaction():
                assert await count_agents(session) == AGENTS_OF_A_WORLD


async def test_what_waits_for_the_commit_runs_after_it_and_never_without_it(acme: World) -> None:
    told: list[str] = []

    def tell(what: str) -> Callable[[], Awaitable[None]]:
        async def note() -> None:
            async with TenantSession(acme.id) as other, other.transaction():
                told.append(f"{what}: {await count_agents(other)} agents")

        return note

    async def add(what: str, *, fail: bool) -> None:
        async with TenantSession(acme.id) as session, session.transaction():
            session.add(Agent(tenant_id=acme.id, name=what))
            await session.flush()
            session.after_commit(tell(what))
            if fail:
                raise RuntimeError(what)

    with pytest.raises(RuntimeError):
        await add("refused", fail=True)
    await add("kept", fail=False)
    assert told == [f"kept: {AGENTS_OF_A_WORLD + 1} agents"]


async def test_the_request_session_commits_on_return_and_rolls_back_on_an_exception(
    acme: World,
) -> None:
    async def request(name: str, *, fail: bool) -> None:
        dependency = get_session()
        session = await anext(dependency)
        await session.enter_tenant(acme.id)
        session.add(Agent(tenant_id=acme.id, name=name))
        if fail:
            with pytest.raises(RuntimeError):
                await dependency.athrow(RuntimeError(name))
        else:
            with pytest.raises(StopAsyncIteration):
                await anext(dependency)

    await request("kept", fail=False)
    await request("refused", fail=True)
    async with TenantSession(acme.id) as session, session.transaction():
        names = set((await session.execute(select(Agent.name))).scalars())
    assert "kept" in names
    assert "refused" not in names


# ── configure_rls_hook and current_tenant_id, for plain sessions ───────────────────────────────


@pytest.fixture
async def plain_engine(database: Database) -> AsyncEngine:
    engine = create_async_engine(async_url(database.app_url))
    configure_rls_hook(engine)
    configure_rls_hook(engine)  # twice is as good as once
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("as_text", [False, True])
async def test_the_context_variable_sets_the_tenant_of_a_plain_session(
    plain_engine: AsyncEngine, acme: World, globex: World, as_text: bool
) -> None:
    reset = current_tenant_id.set(str(acme.id) if as_text else acme.id)
    try:
        async with AsyncSession(plain_engine) as session:
            tenants = set((await session.execute(select(Agent.tenant_id))).scalars())
    finally:
        current_tenant_id.reset(reset)
    assert tenants == {acme.id}


async def test_a_plain_session_without_the_context_variable_sees_nothing(
    plain_engine: AsyncEngine, acme: World
) -> None:
    async with AsyncSession(plain_engine) as session:
        assert await count_agents(session) == 0


async def test_a_context_variable_that_is_no_uuid_is_refused_and_never_reaches_sql(
    plain_engine: AsyncEngine, acme: World
) -> None:
    reset = current_tenant_id.set("'; SET ROLE konstruct_system; --")
    try:
        async with AsyncSession(plain_engine) as session:
            with pytest.raises(ValueError, match="UUID"):
                await count_agents(session)
    finally:
        current_tenant_id.reset(reset)
    async with AsyncSession(plain_engine) as session:
        assert await count_agents(session) == 0


async def test_tasks_side_by_side_each_keep_their_own_context_variable(
    plain_engine: AsyncEngine, acme: World, globex: World
) -> None:
    async def seen(tenant_id: UUID) -> set[UUID]:
        current_tenant_id.set(tenant_id)
        async with AsyncSession(plain_engine) as session:
            return set((await session.execute(select(Agent.tenant_id))).scalars())

    tenants = [acme.id, globex.id] * 10
    found = await asyncio.gather(*(asyncio.create_task(seen(tenant)) for tenant in tenants))
    assert found == [{tenant} for tenant in tenants]


# ── Pooled connections ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pool_of_two(database: Database, settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "2")
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_OVERFLOW", "0")
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_TIMEOUT_S", "0.3")
    get_settings.cache_clear()
    return settings_of_its_own


async def test_a_pool_that_is_used_up_refuses_instead_of_waiting_for_ever(
    pool_of_two: pytest.MonkeyPatch, acme: World
) -> None:
    async with TenantSession(acme.id) as first, TenantSession(acme.id) as second:
        await count_agents(first)
        await count_agents(second)
        async with TenantSession(acme.id) as third:
            with pytest.raises(PoolTimeoutError):
                await count_agents(third)
    async with TenantSession(acme.id) as after, after.transaction():
        assert await count_agents(after) == AGENTS_OF_A_WORLD


async def test_what_is_sent_at_once_is_not_lost_on_a_connection_a_session_rolled_back(
    acme: World,
) -> None:
    one = Statement("SELECT 1")
    await transact(TenantScope(acme.id), one())
    for _ in range(10):  # as often as psycopg would want before it prepared it
        async with TenantSession(acme.id) as session, session.transaction():
            await count_agents(session)
    async with TenantSession(acme.id) as session:
        await count_agents(session)
        await session.rollback()
    assert await transact(TenantScope(acme.id), one()) == [[(1,)]]


async def test_a_request_of_a_person_works_through_the_same_wall(
    api: object, acme: World, globex: World, platform_admin: Person
) -> None:
    for person in acme.everyone:
        answer = await api.get(f"/api/portal/agents?tenant_id={acme.id}", headers=person.headers)
        assert {agent["name"] for agent in answer.json()} == {"Ada", "Bob", "Paula"}
    answer = await api.get(f"/api/portal/agents?tenant_id={globex.id}", headers=acme.admin.headers)
    assert answer.status_code == 403
