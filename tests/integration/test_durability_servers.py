"""Valkey may forget everything and PostgreSQL may restart: nobody has to do anything."""

import asyncio
import time
from collections import Counter

import redis

from tests.support.breakable_stack import BreakableStack
from tests.support.crowd import crowd
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.sizes import sized
from tests.support.tab import Tab
from tests.support.waiting import eventually

PEOPLE = sized(15, full=50)
SLOWLY = f"[[model: tokens={sized(36, full=60)} rate=12]] please"
QUICKLY = "[[model: tokens=12 rate=12]] please"
BUSY_PEOPLE = sized(8, full=20)
ASKED_EACH = sized(3, full=5)
RESTARTS_AGAIN = sized(1, full=2)
POSTGRES_RESTARTS = sized(1, full=3)
WITHIN_S = 90.0


async def test_a_valkey_emptied_and_restarted_under_answers_loses_none_and_no_socket(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """The sockets stay, what was published meanwhile is caught up with, and workers work on."""
    valkey = breakable_stack.servers.valkey
    async with crowd(acme, PEOPLE, breakable_stack.stack.gateways) as tabs:
        names = await asyncio.gather(*(_begin(tab, SLOWLY) for tab in tabs))
        with redis.Redis.from_url(valkey.url) as client:
            client.flushall()
        await asyncio.gather(
            *(_hear_more(tab, name) for tab, name in zip(tabs, names, strict=True))
        )
        await asyncio.to_thread(valkey.restart)
        restarted_at = time.monotonic()
        for tab, name in zip(tabs, names, strict=True):
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        answered_after = time.monotonic() - restarted_at
        for _ in range(RESTARTS_AGAIN):
            await asyncio.to_thread(valkey.restart)
            again_at = time.monotonic()
            again = await asyncio.gather(*(tab.ask(QUICKLY, WITHIN_S) for tab in tabs))
            assert {outcome.status for outcome in again} == {"complete"}
        works_after = time.monotonic() - again_at
        require_told(breakable_stack.stack.database, *tabs)
    assert require_settled(breakable_stack.stack.database, acme.id) == (1 + RESTARTS_AGAIN) * PEOPLE
    figures["valkey restarted: answers lost"] = 0
    figures["valkey restarted: seconds until all answers in flight were heard"] = round(
        answered_after, 1
    )
    figures[f"valkey restarted: seconds until {PEOPLE} new ones were answered"] = round(
        works_after, 1
    )


async def _begin(tab: Tab, text: str) -> str:
    return await tab.begun(await tab.send(text), WITHIN_S)


async def _hear_more(tab: Tab, name: str) -> None:
    """Until more of the answer has come than now."""
    message_id = tab.accepted[name]
    heard = len(tab.streamed(message_id))
    await tab.until(lambda: len(tab.streamed(message_id)) > heard or message_id in tab.outcomes)


async def test_a_postgresql_restarted_again_and_again_under_load_loses_nothing(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """What could not be stored was refused as worth trying again, and then it was."""
    gateways = breakable_stack.stack.gateways
    async with crowd(acme, BUSY_PEOPLE, gateways) as tabs:
        began = time.monotonic()
        talking = [asyncio.create_task(_talk(tab, breakable_stack)) for tab in tabs]
        for turn in range(POSTGRES_RESTARTS):
            await _answers_reach(tabs, (turn + 1) * BUSY_PEOPLE)
            await asyncio.to_thread(breakable_stack.servers.postgres.restart)
        restarted_at = time.monotonic()
        await asyncio.gather(*talking)
        ended_at = time.monotonic()
        for tab in tabs:
            if tab.client is None:
                await tab.connect(gateways[0])
        require_told(breakable_stack.stack.database, *tabs)
    assert require_settled(breakable_stack.stack.database, acme.id) == BUSY_PEOPLE * ASKED_EACH
    figures["postgresql restarted: times"] = POSTGRES_RESTARTS
    figures["postgresql restarted: answers lost"] = 0
    figures["postgresql restarted: refused, all worth another try"] = sum(
        len(tab.errors) for tab in tabs
    )
    figures["postgresql restarted: seconds from the last one to the last answer"] = round(
        ended_at - restarted_at, 1
    )
    figures["postgresql restarted: seconds in all"] = round(ended_at - began, 1)


async def _talk(tab: Tab, breakable_stack: BreakableStack) -> None:
    for _ in range(ASKED_EACH):
        outcome = await tab.insist(QUICKLY, breakable_stack.stack.gateways, WITHIN_S)
        assert outcome.status == "complete"


async def _answers_reach(tabs: list[Tab], count: int) -> None:
    await eventually(
        lambda: sum(len(tab.outcomes) for tab in tabs) >= count, f"{count} answers", WITHIN_S
    )
