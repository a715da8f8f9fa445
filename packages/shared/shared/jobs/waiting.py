"""Waiting for what a worker does, in a process that may not do it itself."""

import asyncio
from uuid import UUID

from shared.jobs import queue
from shared.jobs.nudges import nudge
from shared.models import Job

LOOK_EVERY_S = 0.1


async def done_within(tenant_id: UUID, job_id: UUID, seconds: float) -> Job | None:
    """Wake a worker for the job, and the job once it has ended; None if it has not by then."""
    nudge(tenant_id, job_id)
    try:
        async with asyncio.timeout(seconds):
            while True:
                job = await queue.look_up(tenant_id, job_id)
                if job is not None and job.state not in queue.UNFINISHED:
                    return job
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        return None
