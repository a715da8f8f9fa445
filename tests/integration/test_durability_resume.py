"""A client may lose its socket at any moment: it comes back, anywhere, and has everything once."""

import asyncio
import json
import random
import time
from collections import Counter
from uuid import uuid4

from tests.support.crowd import crowd
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.processes import Gateway
from tests.support.sizes import sized
from tests.support.stack import Stack
from tests.support.tab import Tab

PEOPLE = sized(10, full=50)
ANSWERS = sized(4, full=20)
JOINERS = 5
SEED = 8
WITHIN_S = 60.0


def spoken(number: int) -> tuple[str, str]:
    """What to say for an answer of about a second, and that answer; no two are alike."""
    text = "".join(f"{number}.{word} žluťoučký kůň 🦄 " for word in range(24))
    return f"[[model: text={json.dumps(text)} pieces=40 rate=40]] {number}", text


async def test_a_client_cut_at_any_point_of_an_answer_resumes_at_another_gateway_without_a_gap(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    chance = random.Random(SEED)
    began = time.monotonic()
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        points = [[chance.random() for _ in range(ANSWERS)] for _ in tabs]
        resumed = await asyncio.gather(
            *(_talk_and_be_cut(tab, stack.gateways, n, points[n]) for n, tab in enumerate(tabs))
        )
        faults = sum((tab.faults for tab in tabs), Counter())
        figures["cut and resumed: answers"] = sum(resumed)
        figures["cut and resumed: characters missing"] = faults["characters missing"]
        figures["cut and resumed: characters doubled"] = faults["characters doubled"]
        require_told(stack.database, *tabs)
    assert require_settled(stack.database, acme.id) == PEOPLE * ANSWERS
    figures["cut and resumed: seconds"] = round(time.monotonic() - began)


async def _talk_and_be_cut(
    tab: Tab, gateways: list[Gateway], number: int, points: list[float]
) -> int:
    """Each answer is cut once: below 0.1 before anything is heard, above 0.9 after its end."""
    for turn, point in enumerate(points):
        say, answer = spoken(number * ANSWERS + turn)
        name = await tab.send(say, uuid4().hex)
        wanted = int((point - 0.1) / 0.8 * len(answer))
        if point >= 0.1:
            await tab.until(lambda: _heard(tab, name) >= wanted)  # noqa: B023
        tab.cut()
        await tab.connect(gateways[(number + turn + 1) % len(gateways)])
        if name not in tab.accepted:
            await tab.send(say, name)
        await tab.until(lambda: tab.answer_to(name) is not None)  # noqa: B023
        assert tab.answer_to(name).text == answer
    return len(points)


def _heard(tab: Tab, name: str) -> float:
    """Characters of the answer so far; endless once the outcome is there."""
    if tab.answer_to(name) is not None:
        return float("inf")
    return len(tab.streamed(tab.accepted[name])) if name in tab.accepted else 0


async def test_whoever_joins_at_any_moment_of_an_answer_sees_it_through_to_its_end(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    chance = random.Random(SEED)
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        moments = [sorted(chance.random() for _ in range(JOINERS)) for _ in tabs]
        joined = await asyncio.gather(
            *(_be_joined(tab, stack.gateways, n, moments[n]) for n, tab in enumerate(tabs))
        )
    require_settled(stack.database, acme.id)
    figures["joined in mid-answer: sockets"] = PEOPLE * JOINERS
    figures["joined in mid-answer: of them before its end"] = sum(joined)


async def _be_joined(tab: Tab, gateways: list[Gateway], number: int, moments: list[float]) -> int:
    """Open sockets that know nothing at these moments; how many came before the end."""
    say, answer = spoken(number)
    name = await tab.send(say)
    joiners = []
    for moment in moments:
        wanted = int(moment * 1.1 * len(answer))
        await tab.until(lambda: _heard(tab, name) >= wanted)  # noqa: B023
        joiner = Tab(tab.person, tab.conversation_id, last_seq=None)
        joiners.append(joiner)
        await joiner.connect(gateways[(number + len(joiners)) % len(gateways)])
    await tab.until(lambda: tab.answer_to(name) is not None)
    outcome = tab.answer_to(name)
    assert outcome is not None
    in_time = 0
    for joiner in joiners:
        assert joiner.client is not None
        told_of_it = any(f.type in ("typing", "delta") for f in joiner.client.frames)
        assert not (told_of_it and joiner.since >= outcome.seq), "typing that never ends"
        if joiner.since < outcome.seq:
            await joiner.until(lambda: outcome.seq == joiner.last_seq)  # noqa: B023
            assert list(joiner.outcomes.values()) == [outcome]
            in_time += 1
        joiner.require_faultless()
        await joiner.close()
    return in_time
