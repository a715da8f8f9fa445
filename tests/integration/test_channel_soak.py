"""Two businesses on platforms that redeliver and reorder, while workers and gateways are killed.

Each message of a person is stored once and has one outcome; each answer arrives, once where the
platform takes a key or can be asked, in the order of its conversation.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import psycopg
import pytest
from orchestrator.scripted_channel import How
from shared.config import get_settings

from tests.support.breakable_stack import BreakableStack
from tests.support.people import World
from tests.support.processes import Process
from tests.support.sizes import FULL, sized
from tests.support.soaks import SOAKS
from tests.support.soaks.soak import Crowd, Soak
from tests.support.waiting import eventually

TOGETHER = sized([sorted(SOAKS)], full=[[channel] for channel in sorted(SOAKS)])
"""The channels of one run. At full size each has a run, and so figures, of its own."""
CONVERSATIONS = sized(12, full=500)
"""Of each channel."""
MESSAGES = sized(6, full=20)
"""In each conversation."""
KILLS = sized(2, full=16)
REDELIVERED, UNDER_NEW_IDS = 0.1, 0.5
BATCHES = 3
WITHIN_S = sized(60.0, full=900.0)


async def _talk(crowd: Crowd, chance: random.Random) -> None:
    """Each writes all of their messages, a few at a time, some of them out of order."""
    for batch in _batches(MESSAGES, BATCHES):
        for place in crowd.places:
            for number in batch:
                _say(crowd, place, number, chance)
        crowd.release("shuffled", chance.randrange(1000))
        await asyncio.sleep(chance.uniform(0.5, 2.0))


def _say(crowd: Crowd, place: str, number: int, chance: random.Random) -> None:
    text = f"word-{place}-{number}."
    how = How(
        twice=chance.choice(("same", "new")) if chance.random() < REDELIVERED else None,
        hold=chance.random() < REDELIVERED,
    )
    crowd.said[crowd.say(place, text, how)] = text


def _batches(count: int, batches: int) -> list[range]:
    size = -(-count // batches)
    return [range(at, min(at + size, count)) for at in range(0, count, size)]


@pytest.mark.timeout(1200 if FULL else 120)
@pytest.mark.parametrize("channels", TOGETHER, ids=" ".join)
async def test_nothing_is_lost_and_nothing_is_said_twice_whatever_dies(
    channels: list[str],
    breakable_stack: BreakableStack,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "true")
    get_settings.cache_clear()
    chance = random.Random(1)
    stack = breakable_stack.stack
    gateways = [gateway.url for gateway in stack.gateways]
    async with AsyncExitStack() as platforms:
        crowds = []
        for channel in channels:
            port = breakable_stack.platform_ports[channel]
            soak = await platforms.enter_async_context(SOAKS[channel](port))
            crowds += await _crowds(soak, (acme, globex, globex), superuser, gateways)
        began = time.monotonic()
        killing = asyncio.create_task(_kill_in_turn([*stack.workers, *stack.gateways], chance))
        await asyncio.gather(*(_talk(crowd, chance) for crowd in crowds))
        again = {id(crowd): crowd.redeliver(REDELIVERED, UNDER_NEW_IDS) for crowd in crowds}
        await asyncio.gather(*(crowd.all_taken(WITHIN_S) for crowd in crowds))
        await killing
        await eventually(
            lambda: all(_is_settled(crowd) for crowd in crowds), "all settled", within_s=WITHIN_S
        )
        took_s = time.monotonic() - began
        for crowd in crowds:
            of = f"{crowd.channel} soak:"
            figures[f"{of} marked as unknown, where the platform cannot tell"] += _check(crowd)
            figures[f"{of} messages"] += len(crowd.said)
            figures[f"{of} redelivered"] += again[id(crowd)]
            figures[f"{of} answers sent"] += len(crowd.arrived())
    figures[f"{' '.join(channels)} soak: kills"] += KILLS
    figures[f"{' '.join(channels)} soak: seconds"] += round(took_s)


async def _crowds(
    soak: Soak, worlds: Sequence[World], superuser: psycopg.Connection, gateways: Sequence[str]
) -> list[Crowd]:
    """Three accounts of two businesses: two large ones, and a small one beside the second."""
    large, small = -(-CONVERSATIONS * 3 // 8), CONVERSATIONS // 4
    return [
        await soak.crowd(
            world,
            superuser,
            keys=keys,
            places=[f"{number}-{keys}-{place}" for place in range(count)],
            gateways=gateways,
        )
        for number, (world, keys, count) in enumerate(
            zip(worlds, soak.ways, (large, large, small), strict=True)
        )
    ]


async def _kill_in_turn(processes: list[Process], chance: random.Random) -> None:
    for number in range(KILLS):
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        process = processes[number % len(processes)]
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)


def _is_settled(crowd: Crowd) -> bool:
    """All that was said is stored, and nothing waits to be answered or sent."""
    ((stored, unfinished, unsent),) = crowd.rows(
        "SELECT (SELECT count(*) FROM inbound_events AS event"
        "         WHERE event.tenant_id = %s AND event.connection_id = %s),"
        "       (SELECT count(*) FROM agent_runs AS run WHERE run.channel = %s"
        "           AND run.state IN ('pending', 'running')"
        "           AND run.payload ->> 'connection_id' = %s),"
        "       (SELECT count(*) FROM deliveries AS delivery WHERE delivery.connection_id = %s"
        "           AND delivery.state IN ('ready', 'sending'))",
        crowd.connection_id,
        crowd.channel,
        *(str(crowd.connection_id),) * 2,
    )
    return (stored, unfinished, unsent) == (len(crowd.said), 0, 0)


def _check(crowd: Crowd) -> int:
    """Raises AssertionError; how many deliveries nobody can be sure of."""
    stored = crowd.rows(
        "SELECT message.content, count(outcome.id), max(outcome.status)"
        "  FROM messages AS message"
        "  JOIN conversations AS its ON its.id = message.conversation_id"
        "  LEFT JOIN messages AS outcome ON outcome.reply_to = message.id"
        "   AND outcome.status <> 'failed'"
        " WHERE message.tenant_id = %s AND its.connection_id = %s"
        "   AND message.author_kind = 'contact'"
        " GROUP BY message.id, message.content",
        crowd.connection_id,
    )
    assert Counter(text for text, _, _ in stored) == Counter(crowd.said.values()), "each once"
    assert {count for _, count, _ in stored} == {1}, "one outcome each"
    assert {status for _, _, status in stored} <= {"complete", "merged"}
    deliveries = crowd.rows(
        "SELECT id::text, state, seq, n, maybe_twice, conversation_id FROM deliveries"
        " WHERE tenant_id = %s AND connection_id = %s",
        crowd.connection_id,
    )
    complete = sum(status == "complete" for _, _, status in stored)
    assert len(deliveries) == complete, "one delivery for each answer"
    arrived = Counter(key for _, key in crowd.arrived())
    states = Counter(state for _, state, *_ in deliveries)
    assert set(states) <= {"sent"}, states
    for id_, _, _, _, maybe_twice, _ in deliveries:
        if arrived[id_] != 1:
            assert (crowd.keys, maybe_twice) == ("none", True), "what is unknown is marked"
    assert set(arrived) <= {row[0] for row in deliveries}
    _check_order(crowd.arrived(), {row[0]: (row[2], row[3]) for row in deliveries})
    return sum(row[4] for row in deliveries)


def _check_order(
    arrived: Sequence[tuple[str, str]], numbers: Mapping[str, tuple[int, int]]
) -> None:
    """In each conversation answers arrive in the order of `seq`."""
    by_place = defaultdict(list)
    for place, key in arrived:
        if numbers[key] not in by_place[place]:
            by_place[place].append(numbers[key])
    for place, order in by_place.items():
        assert order == sorted(order), place
