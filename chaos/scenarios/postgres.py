"""PostgreSQL restarts, stands still, or has no connection free."""

import asyncio
import time
from contextlib import AsyncExitStack

import psycopg

from chaos.scenario import Act, scenario
from chaos.stage import POOL_SIZE
from chaos.talkers import talkers
from tests.integration import test_durability_servers as tested
from tests.support.crowd import crowd
from tests.support.invariants import require_told
from tests.support.sizes import sized
from tests.support.tab import CONNECTION_LOST, Tab

PEOPLE = sized(30, full=100)
PEOPLE_EACH = sized(4, full=10)
BOUND_S = 30.0
"""A tenant's turn 10 s, the pool's 5 s, a statement's 10 s, and room."""
HEALTH_WITHIN_S = 5.0
WITHIN_S = 60.0
AWAY_S = 15.0
RECOVERS_WITHIN_S = 10.0


@scenario(6, "errors are retryable, nothing half-written")
async def postgresql_restarted_under_load(act: Act) -> None:
    """Restarted again and again while people talk."""
    await tested.test_a_postgresql_restarted_again_and_again_under_load_loses_nothing(
        act.stage, act.acme, act.figures
    )


@scenario(6, "errors are retryable, nothing half-written; back within 10 s")
async def postgresql_refused(act: Act) -> None:
    """Connections to it are refused for 15 s, while people talk."""
    async with talkers(act.worlds, act.database, act.gateways, PEOPLE_EACH) as crowd_:
        await crowd_.have_answered(2 * PEOPLE_EACH)
        crowd_.broken()
        for line in act.stage.to_postgres:
            line.refuse()
        await asyncio.sleep(AWAY_S)
        for line in act.stage.to_postgres:
            line.heal()
        crowd_.back()
        seconds = await crowd_.recover()
        act.figures |= {"lost": 0, "recovered after s": seconds}
    assert seconds <= RECOVERS_WITHIN_S


@scenario(7, "bounded wait, clear error, health says so")
async def postgresql_black_holed(act: Act) -> None:
    """Connections stay open and no byte arrives, while 100 people speak."""
    stage = act.stage
    async with crowd(act.acme, PEOPLE, stage.stack.gateways) as tabs:
        await asyncio.gather(*(tab.ask("hello", WITHIN_S) for tab in tabs))
        for line in stage.to_postgres:
            line.black_hole()
        health = asyncio.create_task(_health(act))
        waits = await asyncio.gather(*(_refused(tab) for tab in tabs))
        act.figures |= _waits(waits) | {"health said so after s": await health}
        for line in stage.to_postgres:
            line.heal()
        back_at = time.monotonic()
        outcomes = await asyncio.gather(
            *(tab.insist("and now?", act.gateways, WITHIN_S) for tab in tabs)
        )
        act.figures["everyone answered after s"] = round(time.monotonic() - back_at, 1)
        assert {outcome.status for outcome in outcomes} == {"complete"}
        await _all_told(act, tabs)
    assert max(waits) <= BOUND_S
    assert act.figures["health said so after s"] <= HEALTH_WITHIN_S


@scenario(7, "bounded wait, clear error")
async def pool_exhausted(act: Act) -> None:
    """As many transactions as the pool holds stand before a lock, and 100 people speak."""
    async with crowd(act.acme, PEOPLE, act.gateways[:1]) as tabs, AsyncExitStack() as held:
        locked = tabs[: 2 * POOL_SIZE]
        lock = await held.enter_async_context(
            await psycopg.AsyncConnection.connect(act.database.superuser_conninfo)
        )
        await lock.execute(
            "SELECT 1 FROM web_conversations WHERE id = ANY(%s) FOR UPDATE",
            ([tab.conversation_id for tab in locked],),
        )
        names = [await tab.send("hello", f"m{n}") for n, tab in enumerate(tabs)]
        waits = await asyncio.gather(
            *(_answered_or_refused(tab, name) for tab, name in zip(tabs, names, strict=True))
        )
        act.figures |= _waits(waits)
        act.figures["refused"] = sum(len(tab.errors) > 0 for tab in tabs)
        await lock.rollback()
        for tab in tabs:
            tab.errors.clear()
        outcomes = await asyncio.gather(
            *(tab.insist("and now?", act.gateways, WITHIN_S) for tab in tabs)
        )
        assert {outcome.status for outcome in outcomes} == {"complete"}
        await _all_told(act, tabs)
    assert max(waits) <= BOUND_S


async def _refused(tab: Tab) -> float:
    """Say something that cannot be stored; the seconds until it was refused as worth a retry."""
    began = time.monotonic()
    await tab.send("are you there?")
    try:
        await tab.until(lambda: tab.errors != [], WITHIN_S)
        assert all(error.retryable for error in tab.errors), tab.errors
    except CONNECTION_LOST:
        tab._note_close()
    tab.errors.clear()
    return time.monotonic() - began


async def _answered_or_refused(tab: Tab, name: str) -> float:
    began = time.monotonic()
    await tab.until(lambda: name in tab.accepted or tab.errors != [], WITHIN_S)
    assert all(error.retryable for error in tab.errors), tab.errors
    return time.monotonic() - began


async def _all_told(act: Act, tabs: list[Tab]) -> None:
    """What was stored although its sender was told otherwise is answered, too."""
    for tab in tabs:
        await act.be_up_to_date(tab)
    require_told(act.database, *tabs)


async def _health(act: Act) -> float:
    began = time.monotonic()
    while (await asyncio.to_thread(act.stage.is_ready, act.gateways[0]))["postgresql"]:  # noqa: ASYNC110 - nobody sets an event
        await asyncio.sleep(0.1)
    return round(time.monotonic() - began, 1)


def _waits(waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "p99 wait s": round(ordered[int(0.99 * (len(ordered) - 1))], 1),
        "p50 wait s": round(ordered[len(ordered) // 2], 1),
    }
