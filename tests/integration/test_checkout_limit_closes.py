"""A PostgreSQL whose lines stay open and say nothing: whoever asks is told so within a bound."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from shared.config import get_settings
from shared.db import TenantSession
from shared.db.engine import dispose_engine, get_engine
from shared.outages import DATABASE_AWAY
from sqlalchemy import text

from tests.support.line import Line
from tests.support.people import World
from tests.support.servers import Database

AT_MOST_S = "0.3"
WITHIN_S = 10.0


@pytest.fixture
async def line(
    database: Database, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    """The way to PostgreSQL, on which a connection may be held for a moment only."""
    await dispose_engine()
    async with Line(database.app_url) as line:
        settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", line.url)
        settings_of_its_own.setenv("KONSTRUCT_DATABASE_TRANSACTION_TIMEOUT_S", AT_MOST_S)
        get_settings.cache_clear()
        yield line
        await dispose_engine()


async def names_of_agents(acme: World) -> list[str]:
    async with TenantSession(acme.id) as session, session.transaction():
        return list((await session.execute(text("SELECT name FROM agents ORDER BY 1"))).scalars())


async def test_whoever_waits_is_told_and_the_next_is_served_when_it_speaks_again(
    line: Line, acme: World
) -> None:
    there = await names_of_agents(acme)
    line.silent = True
    for _ in range(3):  # also when the pool is full of such lines
        async with asyncio.timeout(WITHIN_S):
            with pytest.raises(DATABASE_AWAY):
                await names_of_agents(acme)
    assert get_engine().pool.checkedout() == 0  # type: ignore[attr-defined]
    line.silent = False
    assert await names_of_agents(acme) == there


async def test_one_that_falls_silent_within_a_transaction_is_no_exception(
    line: Line, acme: World
) -> None:
    async def rename() -> None:
        async with TenantSession(acme.id) as session, session.transaction():
            await session.execute(text("UPDATE agents SET name = 'Nobody' WHERE name = 'Ada'"))
            line.silent = True
            await session.execute(text("SELECT 1"))

    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(DATABASE_AWAY):
            await rename()
    line.silent = False
    assert "Nobody" not in await names_of_agents(acme), "nothing is half-written"


async def test_a_log_in_is_refused_as_worth_another_try(
    line: Line, acme: World, api: httpx.AsyncClient
) -> None:
    guess = {"email": acme.anna.email, "password": "whatever it is"}
    assert (await api.post("/api/portal/auth/login", json=guess)).status_code == 401
    line.silent = True
    async with asyncio.timeout(WITHIN_S):
        answer = await api.post("/api/portal/auth/login", json=guess)
    assert answer.status_code == 503
    assert answer.json()["retryable"] is True


async def test_a_connection_that_is_given_back_in_time_is_kept(line: Line, acme: World) -> None:
    async with TenantSession(acme.id) as session, session.transaction():
        first = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await asyncio.sleep(2 * float(AT_MOST_S))
    async with TenantSession(acme.id) as session, session.transaction():
        assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one() == first
