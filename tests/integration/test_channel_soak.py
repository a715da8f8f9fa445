"""Two businesses on platforms that redeliver and reorder, while workers and gateways are killed.

Each message of a person is stored once and has one outcome; each answer arrives, once where the
platform takes a key or can be asked, in the order of its conversation.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from orchestrator.scripted_channel import Account, How, ScriptedChannel

from tests.support.breakable_stack import BreakableStack
from tests.support.people import World
from tests.support.processes import Process
from tests.support.scripted import Line, connect
from tests.support.sizes import FULL, sized
from tests.support.waiting import eventually

CONVERSATIONS = sized(24, full=500)
MESSAGES = sized(6, full=20)
"""In each conversation."""
KILLS = sized(2, full=16)
REDELIVERED, UNDER_NEW_IDS = 0.1, 0.5
BATCHES = 3
WITHIN_S = sized(60.0, full=900.0)
WAYS: tuple[Any, ...] = ("repeat", "ask", "none")


@dataclass
class Crowd:
    """Who writes where, and what they said."""

    line: Line
    places: list[str]
    said: dict[str, str] = field(default_factory=dict)
    """Of each message of the platform, its text."""

    async def talk(self, chance: random.Random) -> None:
        """Each writes all of their messages, a few at a time, some of them out of order."""
        for batch in _batches(MESSAGES, BATCHES):
            for place in self.places:
                for number in batch:
                    self._say(place, number, chance)
            self.line.account.webhooks.release("shuffled", seed=chance.randrange(1000))
            await asyncio.sleep(chance.uniform(0.5, 2.0))

    def _say(self, place: str, number: int, chance: random.Random) -> None:
        text = f"word-{place}-{number}."
        how = How(
            twice=chance.choice(("same", "new")) if chance.random() < REDELIVERED else None,
            hold=chance.random() < REDELIVERED,
        )
        self.said[self.line.account.say(place, text, how)] = text


def _batches(count: int, batches: int) -> list[range]:
    size = -(-count // batches)
    return [range(at, min(at + size, count)) for at in range(0, count, size)]


@pytest.mark.timeout(1200 if FULL else 120)
async def test_nothing_is_lost_and_nothing_is_said_twice_whatever_dies(
    breakable_stack: BreakableStack,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    chance = random.Random(1)
    stack = breakable_stack.stack
    async with ScriptedChannel(port=breakable_stack.scripted_port) as platform:
        crowds = []
        for world, keys in zip((acme, globex, globex), WAYS, strict=True):
            account = platform.account(f"{world.slug}-{keys}", keys=keys)
            line = await connect(world, account, superuser)
            urls = [f"{gateway.url}{line.path}" for gateway in stack.gateways]
            account.webhooks.url, account.webhooks.other_urls = urls[0], urls[1:]
            count = CONVERSATIONS // 4 if keys == "none" else -(-CONVERSATIONS * 3 // 8)
            crowds.append(Crowd(line, [f"{keys}-{number}" for number in range(count)]))
        began = time.monotonic()
        killing = asyncio.create_task(_kill_in_turn([*stack.workers, *stack.gateways], chance))
        await asyncio.gather(*(crowd.talk(chance) for crowd in crowds))
        again = [
            crowd.line.account.webhooks.redeliver(REDELIVERED, UNDER_NEW_IDS) for crowd in crowds
        ]
        for crowd in crowds:
            await crowd.line.account.webhooks.all_taken(WITHIN_S)
        await killing
        await eventually(
            lambda: all(_is_settled(crowd) for crowd in crowds), "all settled", within_s=WITHIN_S
        )
        took_s = time.monotonic() - began
        marked = sum(_check(crowd) for crowd in crowds)
    said = sum(len(crowd.said) for crowd in crowds)
    figures["channel soak: messages"] += said
    figures["channel soak: redelivered"] += sum(again)
    figures["channel soak: answers sent"] += sum(len(c.line.account.received) for c in crowds)
    figures["channel soak: kills"] += KILLS
    figures["channel soak: marked as unknown, where the platform cannot tell"] += marked
    figures["channel soak: seconds"] += round(took_s)


async def _kill_in_turn(processes: list[Process], chance: random.Random) -> None:
    for number in range(KILLS):
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        process = processes[number % len(processes)]
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)


def _is_settled(crowd: Crowd) -> bool:
    """All that was said is stored, and nothing waits to be answered or sent."""
    ((stored, unfinished, unsent),) = crowd.line.rows(
        "SELECT (SELECT count(*) FROM inbound_events AS event"
        "         WHERE event.tenant_id = %s AND event.connection_id = %s),"
        "       (SELECT count(*) FROM agent_runs AS run WHERE run.channel = 'scripted'"
        "           AND run.state IN ('pending', 'running')"
        "           AND run.payload ->> 'connection_id' = %s),"
        "       (SELECT count(*) FROM deliveries AS delivery WHERE delivery.connection_id = %s"
        "           AND delivery.state IN ('ready', 'sending'))",
        *(str(crowd.line.connection_id),) * 3,
    )
    return (stored, unfinished, unsent) == (len(crowd.said), 0, 0)


def _check(crowd: Crowd) -> int:
    """Raises AssertionError; how many deliveries nobody can be sure of."""
    line, account = crowd.line, crowd.line.account
    stored = line.rows(
        "SELECT message.content, count(outcome.id), max(outcome.status)"
        "  FROM messages AS message"
        "  JOIN conversations AS its ON its.id = message.conversation_id"
        "  LEFT JOIN messages AS outcome ON outcome.reply_to = message.id"
        "   AND outcome.status <> 'failed'"
        " WHERE message.tenant_id = %s AND its.connection_id = %s"
        "   AND message.author_kind = 'contact'"
        " GROUP BY message.id, message.content",
        line.connection_id,
    )
    assert Counter(text for text, _, _ in stored) == Counter(crowd.said.values()), "each once"
    assert {count for _, count, _ in stored} == {1}, "one outcome each"
    assert {status for _, _, status in stored} <= {"complete", "merged"}
    deliveries = line.rows(
        "SELECT id::text, state, seq, n, maybe_twice, conversation_id FROM deliveries"
        " WHERE tenant_id = %s AND connection_id = %s",
        line.connection_id,
    )
    complete = sum(status == "complete" for _, _, status in stored)
    assert len(deliveries) == complete, "one delivery for each answer"
    arrived = Counter(took.key for took in account.received)
    states = Counter(state for _, state, *_ in deliveries)
    assert set(states) <= {"sent"}, states
    for id_, _, _, _, maybe_twice, _ in deliveries:
        if arrived[id_] != 1:
            assert (account.keys, maybe_twice) == ("none", True), "what is unknown is marked"
    assert set(arrived) <= {row[0] for row in deliveries}
    _check_order(account, {row[0]: (row[2], row[3]) for row in deliveries})
    return sum(row[4] for row in deliveries)


def _check_order(account: Account, numbers: dict[str, tuple[int, int]]) -> None:
    """In each conversation answers arrive in the order of `seq`."""
    by_place = defaultdict(list)
    for took in account.received:
        number = numbers[took.key or ""]
        if number not in by_place[took.place]:
            by_place[took.place].append(number)
    for place, order in by_place.items():
        assert order == sorted(order), place
