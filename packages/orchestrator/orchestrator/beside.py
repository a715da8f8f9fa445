"""What a worker does beside answering: it sends, listens, and does jobs. One of each a process."""

import asyncio
from uuid import UUID

from orchestrator.channels.listening.listeners import Listeners
from orchestrator.channels.sending.senders import Senders
from orchestrator.jobs.runner import JobRunner


class Beside:
    """Made on the worker's loop, once its lease is taken; it ends before the lease does."""

    def __init__(self, worker_id: UUID) -> None:
        self.senders = Senders(worker_id)
        self.listeners = Listeners(worker_id)
        self.jobs = JobRunner(worker_id)

    async def start(self) -> None:
        await self.senders.start()
        await self.listeners.start()
        await self.jobs.start()

    async def stop(self) -> None:
        await asyncio.gather(self.jobs.stop(), self.senders.stop(), self.listeners.stop())


_beside: Beside | None = None


async def begin_beside(worker_id: UUID) -> Beside:
    """This process's; started at most once."""
    global _beside
    if _beside is None:
        _beside = Beside(worker_id)
        await _beside.start()
    return _beside
