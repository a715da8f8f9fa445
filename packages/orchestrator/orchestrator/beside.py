"""What a worker does beside answering: it sends, listens, and does jobs. One of each a process."""

import asyncio

from orchestrator.channels.listening.listeners import Listeners
from orchestrator.channels.sending.senders import Senders
from orchestrator.jobs.runner import JobRunner
from orchestrator.life.context import WorkerContext


class Beside:
    """Made on the worker's loop, once its lease is taken; it ends before the lease does."""

    def __init__(self, worker: WorkerContext) -> None:
        self.senders = Senders(worker.id)
        self.listeners = Listeners(worker.id)
        self.jobs = JobRunner(worker.id, worker)

    async def start(self) -> None:
        await self.senders.start()
        await self.listeners.start()
        await self.jobs.start()

    async def stop(self) -> None:
        await asyncio.gather(self.jobs.stop(), self.senders.stop(), self.listeners.stop())


_beside: Beside | None = None


async def begin_beside(worker: WorkerContext) -> Beside:
    """This process's; started at most once."""
    global _beside
    if _beside is None:
        _beside = Beside(worker)
        await _beside.start()
    return _beside
