"""Two tenants in the middle of everything: their talks, and the workers that may die meanwhile.

Each example gets a new `Scene`; the processes stay. `end` waits for all that is under way and
checks the promises.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import psycopg

from tests.support import people
from tests.support.breakable_stack import BreakableStack
from tests.support.invariants import require_settled
from tests.support.people import World
from tests.support.processes import Worker
from tests.support.promises import require_kept, require_no_strays
from tests.support.servers import Database
from tests.support.stored import look
from tests.support.talks import Talk
from tests.support.waiting import LOOK_AGAIN_S, eventually

HELD = "SELECT 1 FROM agent_runs WHERE worker_id = %s AND state = 'running'"
FROZEN_AT_MOST_S = 6.0
"""Shorter than the time-out of a statement: a frozen worker may hold a lock others wait for."""


class Crew:
    """The workers. Any may be killed or frozen, and comes back while others go on."""

    def __init__(self, workers: Sequence[Worker], database: Database) -> None:
        self.workers = workers
        self._database = database
        self._coming_back: dict[Worker, Future[None]] = {}
        self._threads = ThreadPoolExecutor(len(workers))

    async def kill(self, talk: Talk) -> None:
        """Kill the worker that answers in this talk; a new one takes its place."""
        worker = await self._one_at_work(talk)
        await asyncio.to_thread(worker.kill)
        self._coming_back[worker] = self._threads.submit(worker.start)

    async def freeze(self, talk: Talk) -> None:
        """Freeze the worker that answers in this talk until others have taken over its runs."""
        worker = await self._one_at_work(talk)
        worker.freeze()
        self._coming_back[worker] = self._threads.submit(self._thaw_when_replaced, worker)

    async def _one_at_work(self, talk: Talk) -> Worker:
        """The worker that answers in this talk, or any. If none is up, wait for one."""
        at_work = [worker for worker in self.workers if not self._is_away(worker)]
        if not at_work:
            await asyncio.wrap_future(self._coming_back[self.workers[0]])
            return self.workers[0]
        runs = look(self._database, talk).runs
        answering = {str(run.worker_id) for run in runs if run.state == "running"}
        return next((worker for worker in at_work if _lease_of(worker) in answering), at_work[0])

    def _is_away(self, worker: Worker) -> bool:
        return worker in self._coming_back and not self._coming_back[worker].done()

    def _thaw_when_replaced(self, worker: Worker) -> None:
        give_up_at = time.monotonic() + FROZEN_AT_MOST_S
        lease = (_lease_of(worker),)
        try:
            with psycopg.connect(self._database.superuser_conninfo, autocommit=True) as connection:
                while connection.execute(HELD, lease).fetchone():
                    if time.monotonic() > give_up_at:
                        break
                    time.sleep(LOOK_AGAIN_S)
        finally:
            worker.thaw()

    def be_complete(self) -> None:
        """Wait until all workers are back. Raises DevstackError."""
        for coming in self._coming_back.values():
            coming.result()
        self._threads.shutdown()


@dataclass
class Scene:
    """Everything the steps of one example act on."""

    breakable_stack: BreakableStack
    worlds: list[World]
    talks: list[Talk]
    crew: Crew
    portal: httpx.AsyncClient
    happened: Counter[str] = field(default_factory=Counter)

    @classmethod
    @asynccontextmanager
    async def set(cls, breakable_stack: BreakableStack, crew: Crew) -> AsyncIterator["Scene"]:
        worlds = [await people.make_world(name) for name in ("acme", "globex")]
        talks = [
            Talk(person, await world.conversation(person, agent_id), breakable_stack.stack.gateways)
            for world in worlds
            for person, agent_id in (
                (world.anna, world.agent_id),
                (world.anna, world.other_agent_id),
                (world.ben, world.agent_id),
            )
        ]
        async with httpx.AsyncClient(timeout=30) as portal:
            scene = cls(breakable_stack, worlds, talks, crew, portal)
            try:
                yield scene
            finally:
                await asyncio.gather(*(talk.close() for talk in talks))

    async def reset(self, talk: Talk, gateway: int) -> None:
        async with talk.resetting:
            await talk.reset(self.portal, self.breakable_stack.stack.gateways[gateway])
            talk.resets.append(look(self.breakable_stack.stack.database, talk).reset_seq)

    async def rest(self) -> None:
        """Wait until every message is answered and every socket has been told."""
        for talk in self.talks:
            await talk.all_answered()
        for talk in self.talks:
            await self._be_finished(talk)

    async def _be_finished(self, talk: Talk) -> None:
        database = self.breakable_stack.stack.database
        await eventually(lambda: look(database, talk).is_finished, f"answering all of {talk.id}")
        stored = look(database, talk)
        await talk.all_told(stored.last_seq, stored.reset_seq)

    async def end(self) -> None:
        """Bring everyone back and send what was never answered; then check all promises."""
        gateways = self.breakable_stack.stack.gateways
        for number, talk in enumerate(self.talks):
            await talk.connect(0, gateways[number % len(gateways)], since=0)
            await talk.send_what_was_never_answered(0)
        await self.rest()
        for talk in self.talks:
            require_kept(talk, look(self.breakable_stack.stack.database, talk))
        for world in self.worlds:
            require_settled(self.breakable_stack.stack.database, world.id)
        require_no_strays(self.breakable_stack.stack.database)


def _lease_of(worker: Worker) -> str:
    """The lease's id, from the worker's ready file."""
    return (worker.directory / "ready").read_text().strip()
