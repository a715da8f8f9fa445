"""Whatever is cancelled, a pooled connection keeps no scope and no transaction."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import uuid4

import psutil
import psycopg
import pytest
from shared.config import get_settings
from shared.db import StaffSession, SystemSession, TenantSession, get_engine
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope, PersonScope, SystemScope, TenantScope
from shared.models import Agent, Membership
from sqlalchemy import select, text

from tests.support.people import World
from tests.support.sizes import sized
from tests.support.waiting import eventually

AGENTS_OF_A_WORLD = 3
CANCELLATIONS = sized(250, full=10_000)
"""As many that came in time."""
COUNT = Statement("SELECT count(*) FROM agents")
WHOSE = Statement("SELECT tenant_id FROM agents")
SAID_AT_ONCE = Statement(
    "SELECT coalesce(current_setting('app.staff', true), ''),"
    " coalesce(current_setting('app.person', true), ''),"
    " coalesce(current_setting('app.house', true), '')"
)
SAID = text(SAID_AT_ONCE.sql.decode())


@pytest.fixture
def pool_of_two(settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "2")
    get_settings.cache_clear()
    return settings_of_its_own


def lines_to(port: int) -> int:
    """Connections of this process."""
    open_lines = psutil.Process().net_connections("tcp")
    return sum(1 for line in open_lines if line.raddr and line.raddr.port == port)


async def cancelled_at(work: Callable[[], Awaitable[object]], turns: int) -> bool:
    """Run `work` and cancel it after so many turns of the event loop; whether it was in time."""
    task = asyncio.ensure_future(work())
    for _ in range(turns):
        if task.done():
            break
        await asyncio.sleep(0)
    was_cancelled = task.cancel()
    (ended,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(ended, Exception):  # what it saw was wrong, or it failed instead of ending
        raise ended
    return was_cancelled


async def test_pooled_connections_keep_no_tenant_and_no_role_whatever_is_cancelled(
    pool_of_two: pytest.MonkeyPatch,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    """Random tenants and powers, cancelled at random moments of the loop, on two connections."""
    chance = random.Random(20_26)
    worlds = [acme, globex]

    async def as_tenant(world: World) -> None:
        async with TenantSession(world.id) as session, session.transaction():
            for _ in range(2):
                seen = set((await session.execute(select(Agent.tenant_id))).scalars())
                assert seen == {world.id}

    async def as_writer(world: World) -> None:
        async with TenantSession(world.id) as session, session.transaction():
            session.add(Agent(tenant_id=world.id, name=f"never kept {uuid4()}"))
            await session.flush()
            await session.rollback()

    async def at_once_as_tenant(world: World) -> None:
        _, seen = await transact(TenantScope(world.id), COUNT(), WHOSE())
        assert seen == [(world.id,)] * AGENTS_OF_A_WORLD

    async def at_once_as_system(world: World) -> None:
        [[(count,)]] = await transact(SystemScope("sweep"), COUNT())
        assert count >= AGENTS_OF_A_WORLD * len(worlds)

    async def as_system(world: World) -> None:
        async with SystemSession("sweep") as session, session.transaction():
            assert len((await session.execute(select(Membership))).all()) >= len(worlds)

    async def as_staff(world: World) -> None:
        async with StaffSession(world.id, world.admin.id) as session, session.transaction():
            assert (await session.execute(SAID)).one() == (str(world.admin.id), "", "")

    async def at_once_as_a_person(world: World) -> None:
        scope = PersonScope(world.id, world.anna.id)
        assert await transact(scope, SAID_AT_ONCE()) == [[("", str(world.anna.id), "")]]

    async def at_once_as_the_house(world: World) -> None:
        scope = HouseScope(world.id, "receive")
        assert await transact(scope, SAID_AT_ONCE()) == [[("", "", "receive")]]

    async def nobody_sees_anything() -> None:
        async with get_engine().connect() as connection:
            role, tenant, agents = (
                await connection.execute(
                    text(
                        "SELECT current_user, current_setting('app.current_tenant', true),"
                        " (SELECT count(*) FROM agents)"
                    )
                )
            ).one()
            assert (role, tenant or "", agents) == ("konstruct_app", "", 0)
            assert (await connection.execute(SAID)).one() == ("", "", "")

    assert get_engine().pool.size() == 2
    works = [as_tenant, as_writer, as_system, as_staff, at_once_as_tenant, at_once_as_system,
             at_once_as_a_person, at_once_as_the_house]  # fmt: skip
    cancelled = tried = 0
    while cancelled < CANCELLATIONS:
        tried += 1
        work = chance.choice(works)
        world = chance.choice(worlds)
        turns = chance.randrange(40)
        cancelled += await cancelled_at(lambda work=work, world=world: work(world), turns)
        if chance.random() < 0.2:
            await asyncio.gather(nobody_sees_anything(), nobody_sees_anything())
    await asyncio.gather(nobody_sees_anything(), nobody_sees_anything())

    figures["sessions: cancelled at a random moment"] = cancelled
    assert tried < 4 * CANCELLATIONS, "cancellations came too late to show anything"
    assert get_engine().pool.checkedout() == 0
    await eventually(lambda: lines_to(superuser.info.port) <= 2 + 1, "none is left half open")
    open_transactions = superuser.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%'"
    ).fetchone()
    assert open_transactions == (0,)
    assert superuser.execute("SELECT count(*) FROM agents").fetchone() == (2 * AGENTS_OF_A_WORLD,)
