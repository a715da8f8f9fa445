"""Does jobs: each claimed, given its deadline, and ended, tried again or given up.

Tenants take turns as they do for answers. A nudge names a job; the sweep finds what was not nudged
and what a worker that died has left.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import aiohttp
from shared.background import end, keep_doing
from shared.config import settings
from shared.jobs import queue
from shared.jobs.kinds import (
    CHANNEL_CHECK,
    CHANNEL_CONNECT,
    CHANNEL_DISCONNECT,
    CHANNEL_FILES,
    CHANNEL_PERSON,
    KINDS,
    KNOWLEDGE_ASK,
    KNOWLEDGE_EMBED,
    KNOWLEDGE_FETCH,
    KNOWLEDGE_READ,
    MODEL_KEY_TEST,
    MODELS_HERE,
)
from shared.jobs.queue import Claimed
from shared.log import get_logger
from shared.outages import DATABASE_AWAY

from orchestrator import metrics
from orchestrator.jobs import asking, channels, embedding, files, knowledge, models, websites
from orchestrator.jobs.work import Handler, JobFailed, Work
from orchestrator.life.context import WorkerContext
from orchestrator.life.fair_queue import FairQueue

log = get_logger(__name__)

AT_ONCE = 8
SWEPT_AT_ONCE = 50
FIRST_PAUSE_S = 2.0
LEAVE_WITHIN_S = 3.0
OF_NO_TENANT = UUID(int=0)

_HANDLERS: Final[dict[str, Handler]] = {
    CHANNEL_CONNECT: channels.connect,
    CHANNEL_CHECK: channels.check,
    CHANNEL_DISCONNECT: channels.disconnect,
    CHANNEL_FILES: files.fetch,
    CHANNEL_PERSON: channels.person,
    KNOWLEDGE_EMBED: embedding.embed,
    KNOWLEDGE_FETCH: websites.fetch,
    KNOWLEDGE_ASK: asking.ask,
    KNOWLEDGE_READ: knowledge.read,
    MODEL_KEY_TEST: models.test_key,
    MODELS_HERE: models.look_here,
}
_AFTERWARDS: Final[dict[str, Callable[[Work], Awaitable[None]]]] = {
    CHANNEL_CHECK: channels.plan_next_check,
    KNOWLEDGE_FETCH: websites.plan_next_fetch,
    KNOWLEDGE_READ: embedding.plan_embedding,
}


_GIVEN_UP: Final[dict[str, Callable[[UUID, UUID], Awaitable[None]]]] = {
    CHANNEL_DISCONNECT: channels.forget,
    KNOWLEDGE_FETCH: websites.not_fetched,
    KNOWLEDGE_READ: knowledge.give_up,
}
"""What is done all the same when a job has failed for good."""


class JobRunner:
    """Made on the worker's loop."""

    def __init__(self, worker_id: UUID, worker: WorkerContext | None = None) -> None:
        self._worker_id = worker_id
        self._worker = worker
        self._queue = FairQueue(slots=AT_ONCE, claims=AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._http = aiohttp.ClientSession(trust_env=False)
        self._sweeping = keep_doing(self._keep_sweeping, "jobs")

    async def stop(self) -> None:
        """What is under way ends soon or is left to others."""
        self._queue.close()
        if self._sweeping is not None:
            await end(self._sweeping)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LEAVE_WITHIN_S)
        await end(*self._under_way)
        if self._http is not None:
            await self._http.close()

    async def handle(self, payload: dict[str, Any]) -> None:
        """What a nudge brought."""
        try:
            job_id = UUID(str(payload["job_id"]))
            tenant_id = UUID(str(payload["tenant_id"])) if payload.get("tenant_id") else None
        except (KeyError, ValueError, TypeError) as error:
            log.warning("task_refused", error=type(error).__name__)
            return
        await self._do(job_id, tenant_id)

    async def _keep_sweeping(self) -> None:
        while True:
            try:
                for job_id, tenant_id in await queue.due(SWEPT_AT_ONCE):
                    doing = asyncio.create_task(self._do(job_id, tenant_id))
                    self._under_way.add(doing)
                    doing.add_done_callback(self._under_way.discard)
            except DATABASE_AWAY as error:
                log.warning("jobs_not_swept", error=type(error).__name__)
            await asyncio.sleep(settings.worker.sweep_interval_s)

    async def _do(self, job_id: UUID, tenant_id: UUID | None) -> None:
        async with self._queue.slot(tenant_id or OF_NO_TENANT, str(job_id)) as slot:
            if slot is None:
                return
            try:
                job = await queue.claim(job_id, self._worker_id)
                slot.claimed()
                if job is not None:
                    await self._attempt(job)
            except DATABASE_AWAY as error:
                log.warning("job_left", job_id=str(job_id), error=type(error).__name__)

    async def _attempt(self, job: Claimed) -> None:
        kind, handler = KINDS.get(job.kind), _HANDLERS.get(job.kind)
        if kind is None or handler is None or job.tenant_id is None or job.subject is None:
            await self._end(job, "failed", error_code="unknown_kind")
            return
        if job.attempt > kind.attempts:
            await self._end(job, "failed", error_code="gave_up")
            return
        assert self._http is not None
        work = Work(job.tenant_id, UUID(job.subject), self._http, job.args, self._worker)
        try:
            async with asyncio.timeout(kind.deadline_s):
                result = await handler(work)
        except JobFailed as error:
            result = {"code": error.code, "message": error.sentence}
            await self._end(job, "failed", result=result, error_code=error.code)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            await self._try_again(job, kind.attempts, type(error).__name__)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            log.exception("job_broke", kind=job.kind, job_id=str(job.id))
            await self._try_again(job, kind.attempts, type(error).__name__)
        else:
            await self._end(job, "done", result=result)
        if (afterwards := _AFTERWARDS.get(job.kind)) is not None:
            await afterwards(work)

    async def _try_again(self, job: Claimed, attempts: int, why: str) -> None:
        if job.attempt >= attempts:
            sentence = "It was tried several times. The platform could not be reached."
            result = {"code": "unreachable", "message": sentence}
            await self._end(job, "failed", result=result, error_code="unreachable")
            return
        pause_s = FIRST_PAUSE_S * 2**job.attempt
        await queue.put_off(job, self._worker_id, pause_s=pause_s, error_code=why)
        log.info("job_put_off", kind=job.kind, job_id=str(job.id), error=why)

    async def _end(self, job: Claimed, state: str, **what: Any) -> None:
        if await queue.end(job, self._worker_id, state=state, **what):
            metrics.JOBS.labels(job.kind, state).inc()
            log.info("job_ended", kind=job.kind, job_id=str(job.id), state=state, **_code(what))
        given_up = _GIVEN_UP.get(job.kind) if state == "failed" else None
        if given_up is not None and job.tenant_id is not None and job.subject is not None:
            await given_up(job.tenant_id, UUID(job.subject))


def _code(what: dict[str, Any]) -> dict[str, Any]:
    return {"code": what["error_code"]} if what.get("error_code") else {}
