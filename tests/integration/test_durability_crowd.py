"""A crowd on one worker process: everyone is answered, and the figures say how soon."""

import asyncio
from collections import Counter
from time import monotonic

from tests.support.crowd import crowd
from tests.support.people import World
from tests.support.sizes import sized
from tests.support.stack import Stack
from tests.support.tab import Outcome, Tab

PEOPLE = sized(40, full=200)
ARRIVE_OVER_S = sized(2.0, full=10.0)
STREAM_S = sized(3, full=10)
STREAMING = f"[[model: tokens={STREAM_S * 50} rate=50]] tell me"
SLOW = "[[model: delay=2]] tell me"
WITHIN_S = 90.0


async def test_a_crowd_is_answered_while_the_model_streams_for_seconds_to_each(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    async with crowd(acme, PEOPLE, stack.gateways[:1]) as tabs:
        answers = await ask_all(tabs, STREAMING, arrive_over_s=ARRIVE_OVER_S)
    note(
        figures,
        f"{PEOPLE} people over {ARRIVE_OVER_S:.0f} s, 50 tokens/s for {STREAM_S} s",
        answers,
    )
    assert [outcome.status for outcome, _ in answers] == ["complete"] * PEOPLE
    assert not any(tab.faults for tab in tabs)


async def test_a_crowd_that_speaks_in_one_instant_is_answered(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    async with crowd(acme, PEOPLE, stack.gateways[:1]) as tabs:
        answers = await ask_all(tabs, SLOW, arrive_over_s=0)
    note(figures, f"{PEOPLE} people at once, 2-second model", answers)
    assert [outcome.status for outcome, _ in answers] == ["complete"] * PEOPLE
    assert not any(tab.faults for tab in tabs)


async def ask_all(
    tabs: list[Tab], text: str, *, arrive_over_s: float
) -> list[tuple[Outcome, float]]:
    """Each person's outcome, and the seconds from sending to having it."""

    async def one(number: int, tab: Tab) -> tuple[Outcome, float]:
        await asyncio.sleep(arrive_over_s * number / len(tabs))  # people arrive, they do not wait
        began = monotonic()
        outcome = await tab.ask(text, WITHIN_S)
        return outcome, monotonic() - began

    return await asyncio.gather(*(one(number, tab) for number, tab in enumerate(tabs)))


def note(figures: Counter[str], what: str, answers: list[tuple[Outcome, float]]) -> None:
    seconds = sorted(taken for _, taken in answers)
    figures[f"{what}: seconds p50"] = round(seconds[len(seconds) // 2], 2)  # type: ignore[assignment]
    figures[f"{what}: seconds p95"] = round(seconds[int(len(seconds) * 0.95)], 2)  # type: ignore[assignment]
    figures[f"{what}: lost"] = PEOPLE - len(answers)
