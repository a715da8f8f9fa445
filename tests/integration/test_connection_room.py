"""PostgreSQL without room for one more connection: whoever wants one waits, within bounds."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from shared.config import get_settings
from shared.db import TenantSession
from shared.db.connection_room import has_no_room
from shared.db.engine import dispose_engine
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.outages import DATABASE_AWAY
from sqlalchemy import text

from tests.support.people import World
from tests.support.servers import Database

LetIn = Callable[[int], None]

SLOW, QUICK = Statement("SELECT pg_sleep(0.02)"), Statement("SELECT 1")


@pytest.fixture
async def let_in(database: Database, superuser: psycopg.Connection, acme: World) -> LetIn:
    """Sets how many the database takes; nobody has a connection when the test begins."""
    await dispose_engine()

    def at_most(connections: int) -> None:
        superuser.execute(f'ALTER DATABASE "{database.name}" CONNECTION LIMIT {connections}')

    return at_most


async def in_a_session(world: World) -> None:
    async with TenantSession(world.id) as session, session.transaction():
        await session.execute(text("SELECT pg_sleep(0.02)"))


async def test_many_at_once_share_the_two_connections_there_is_room_for(
    let_in: LetIn, acme: World
) -> None:
    let_in(2)
    async with asyncio.timeout(5):
        await asyncio.gather(
            *(transact(TenantScope(acme.id), SLOW()) for _ in range(8)),
            *(in_a_session(acme) for _ in range(8)),
        )


async def test_nobody_gets_a_connection_past_those_who_stand_in_line(
    let_in: LetIn, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    """Twelve who ask again as soon as they are served, for two connections."""
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "2")
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_TIMEOUT_S", "1")
    get_settings.cache_clear()
    until = asyncio.get_running_loop().time() + 1.5
    served = [0] * 12

    async def ask_again(number: int) -> None:
        while asyncio.get_running_loop().time() < until:
            await transact(TenantScope(acme.id), QUICK())
            served[number] += 1

    await asyncio.gather(*map(ask_again, range(len(served))))
    assert min(served) >= max(served) / 2


async def test_one_without_any_waits_until_there_is_room(let_in: LetIn, acme: World) -> None:
    let_in(0)
    waiting = asyncio.create_task(in_a_session(acme))
    await asyncio.sleep(0.3)
    assert not waiting.done(), "it waits"
    let_in(-1)
    async with asyncio.timeout(3):
        await waiting


async def test_where_room_never_comes_the_wait_ends_as_when_postgresql_is_away(
    let_in: LetIn, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_TIMEOUT_S", "0.5")
    get_settings.cache_clear()
    let_in(0)
    async with asyncio.timeout(4):
        with pytest.raises(DATABASE_AWAY) as refused:
            await in_a_session(acme)
    assert has_no_room(refused.value)
