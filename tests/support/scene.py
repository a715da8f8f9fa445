"""Two tenants in the middle of everything: their talks, and the workers that may die of it.

A `Scene` is new for each example; the processes are not. `end` waits for all that is under way and
checks what is promised.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.support import people
from tests.support.invariants import require_settled
from tests.support.island import Island
from tests.support.people import World
from tests.support.processes import Worker
from tests.support.promises import require_kept, require_no_strays
from tests.support.stored import look
from tests.support.talks import Talk
from tests.support.waiting import eventually


class Crew:
    """The workers, of which any may be killed and comes back while others go on."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.workers = workers
        self._starting: dict[Worker, Future[None]] = {}
        self._threads = ThreadPoolExecutor(len(workers))

    async def kill(self, number: int) -> None:
        """End this worker as a crash would; while it is on its way back, the next one."""
        turn = deque(self.workers)
        turn.rotate(-number)
        while turn[0] in self._starting and not self._starting[turn[0]].done():
            turn.rotate(-1)
            if turn[0] is self.workers[number]:
                await asyncio.wrap_future(self._starting[turn[0]])
        await asyncio.to_thread(turn[0].kill)
        self._starting[turn[0]] = self._threads.submit(turn[0].start)

    def be_complete(self) -> None:
        """Wait until all are back. Raises DevstackError."""
        for starting in self._starting.values():
            starting.result()
        self._threads.shutdown()


@dataclass
class Scene:
    """What the steps of one example are done to."""

    island: Island
    worlds: list[World]
    talks: list[Talk]
    crew: Crew
    portal: httpx.AsyncClient
    happened: Counter[str] = field(default_factory=Counter)

    @classmethod
    @asynccontextmanager
    async def set(cls, island: Island, crew: Crew) -> AsyncIterator["Scene"]:
        worlds = [await people.make_world(name) for name in ("acme", "globex")]
        talks = [
            Talk(person, await world.conversation(person, agent_id), island.stack.gateways)
            for world in worlds
            for person, agent_id in (
                (world.anna, world.agent_id),
                (world.anna, world.other_agent_id),
                (world.ben, world.agent_id),
            )
        ]
        async with httpx.AsyncClient(timeout=30) as portal:
            scene = cls(island, worlds, talks, crew, portal)
            try:
                yield scene
            finally:
                await asyncio.gather(*(talk.close() for talk in talks))

    async def reset(self, talk: Talk, gateway: int) -> None:
        async with talk.resetting:
            await talk.reset(self.portal, self.island.stack.gateways[gateway])
            talk.resets.append(look(self.island.stack.database, talk).reset_seq)

    async def rest(self) -> None:
        """Wait until nothing is left to be answered and everyone was told."""
        for talk in self.talks:
            await talk.all_answered()
        for talk in self.talks:
            await self._be_finished(talk)

    async def _be_finished(self, talk: Talk) -> None:
        database = self.island.stack.database
        await eventually(lambda: look(database, talk).is_finished, f"answering all of {talk.id}")
        stored = look(database, talk)
        await talk.all_told(stored.last_seq, stored.reset_seq)

    async def end(self) -> None:
        """Everyone is back and sends what was never answered; then all promises are checked."""
        gateways = self.island.stack.gateways
        for number, talk in enumerate(self.talks):
            await talk.connect(0, gateways[number % len(gateways)], since=0)
            await talk.send_what_was_never_answered(0)
        await self.rest()
        for talk in self.talks:
            require_kept(talk, look(self.island.stack.database, talk))
        for world in self.worlds:
            require_settled(self.island.stack.database, world.id)
        require_no_strays(self.island.stack.database)
