"""People who talk without a pause, on whichever gateway can be had, while things go wrong.

    async with talkers(worlds, database, gateways, 10) as crowd:
        crowd.broken()   # kill something
        crowd.back()     # start it again
        seconds = await crowd.recover()

Each says a message, insists until it has its outcome, and says the next. At the end everyone was
told everything, once and in order, and nobody heard another's words.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID, uuid4

from tests.support.crowd import make_tabs
from tests.support.invariants import require_told
from tests.support.people import World
from tests.support.servers import Database
from tests.support.tab import CONNECTION_LOST, Tab
from tests.support.waiting import eventually

WITHIN_S = 90.0
"""The longest one message may take, in spite of everything."""
ANSWER = "pieces=4 rate=20"
RETRY_PAUSE_S = 0.1


class Place(Protocol):
    """Somewhere to connect to: a gateway, or a door to one."""

    def socket_url(self, conversation_id: UUID) -> str: ...


@dataclass(frozen=True)
class Answered:
    """When a message was first said and when its outcome was there; seconds of one clock."""

    said_at: float
    answered_at: float


@dataclass
class Talkers:
    """Everyone who talks, and what came of it."""

    tabs: list[Tab]
    places: Sequence[Place]
    answers: list[Answered] = field(default_factory=list)
    _over: bool = False
    _broken_at: float = 0.0
    _back_at: float = 0.0

    def broken(self) -> None:
        """Something breaks now."""
        self._broken_at = time.monotonic()

    def back(self) -> None:
        """What was broken is there again."""
        self._back_at = time.monotonic()

    def recovered_after_s(self) -> float:
        """From being back to the first outcome of a message said since it broke."""
        first = self._first_since_back()
        assert first is not None, "nothing was answered since"
        return round(max(0.0, first - self._back_at), 1)

    async def recover(self, within_s: float = WITHIN_S) -> float:
        """Wait for that outcome; the seconds it took."""
        await eventually(
            lambda: self._first_since_back() is not None, "an answer since it is back", within_s
        )
        return self.recovered_after_s()

    async def have_answered(self, count: int, within_s: float = 300.0) -> None:
        """Wait until so many messages were answered in all."""
        await eventually(lambda: len(self.answers) >= count, f"{count} answers", within_s)

    def _first_since_back(self) -> float | None:
        since = [
            a.answered_at
            for a in self.answers
            if a.said_at >= self._broken_at and a.answered_at >= self._back_at
        ]
        return min(since, default=None)

    def end(self) -> None:
        """Nobody says anything new."""
        self._over = True

    async def talk(self, tab: Tab, number: int) -> None:
        word = f"word{uuid4().hex[:10]}"
        places = [
            *self.places[number % len(self.places) :],
            *self.places[: number % len(self.places)],
        ]
        said = 0
        while not self._over:
            said += 1
            began = time.monotonic()
            text = f"{word} {said}"
            outcome = await tab.insist(f"[[model: {ANSWER}]] {text}", places, WITHIN_S)
            assert outcome.status == "complete", outcome
            assert outcome.text.startswith(f"echo: {text} "), (text, outcome)
            self.answers.append(Answered(began, time.monotonic()))

    def slowest_s(self) -> float:
        return round(max(a.answered_at - a.said_at for a in self.answers), 1)


@asynccontextmanager
async def talkers(
    worlds: Sequence[World], database: Database, places: Sequence[Place], people_each: int
) -> AsyncIterator[Talkers]:
    """So many people of each tenant talk until the end of the block, and then finish."""
    tabs = [tab for world in worlds for tab in await make_tabs(world, people_each)]
    crowd = Talkers(tabs, places)
    try:
        async with asyncio.TaskGroup() as everyone:
            for number, tab in enumerate(tabs):
                everyone.create_task(crowd.talk(tab, number))
            yield crowd
            crowd.end()
        for tab in tabs:
            await be_connected(tab, places[0])
        require_told(database, *tabs)
    finally:
        await asyncio.gather(*(tab.close() for tab in tabs), return_exceptions=True)


async def be_connected(tab: Tab, place: Place, within_s: float = WITHIN_S) -> None:
    """Connect it if it is not, as often as it takes."""
    async with asyncio.timeout(within_s):
        while tab.client is None:
            try:
                await tab.connect(place)  # type: ignore[arg-type]
            except CONNECTION_LOST:
                tab.client = None
                await asyncio.sleep(RETRY_PAUSE_S)
