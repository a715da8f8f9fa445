"""A worker process's life: its lease, the runs in its hands, its sweep, and its leaving.

The lease is renewed every `lease_renew_s` and good for `lease_ttl_s`; when it is over, others may
take this worker's runs. With each renewal the worker asks whether its runs are still its own and
whether somebody wants them stopped; a message on the control channel makes it ask at once.
"""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from shared.background import end, keep_doing
from shared.config import settings
from shared.db import SystemSession, get_engine
from shared.db.engine import await_wall, dispose_engine
from shared.errors import KonstructError
from shared.gc_tuning import settle
from shared.identity import sessions
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import run_control_key
from shared.runs import leases, queue, sweep
from shared.runs.nudges import handle_message
from shared.telemetry.exposition import Exposition, expose
from shared.telemetry.metrics import recent_lag_s
from shared.valkey.batch import get_batch
from shared.valkey.client import close_redis, get_redis

from orchestrator import metrics
from orchestrator.life import backlog
from orchestrator.life.fair_queue import FairQueue
from orchestrator.life.lag import LoopLag
from orchestrator.life.runtime import runtime
from orchestrator.llm import ModelRegistry

log = get_logger(__name__)

SWEEP_BATCH = 200
START_WITHIN_S = 40.0
DEAD_LEASES_KEPT_S = 3600.0
ENDED_LOG_INS_KEPT_S = 30 * 86400.0
"""For whoever looks into what happened."""
OUTBOX_S = 1.0
"""For the nudges of the runs given back."""


@dataclass(slots=True)
class RunInHand:
    """A run this process works on."""

    run_id: UUID | None = None
    """None until it is claimed; before, nobody can know more of it than its message."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody wants no more of the answer."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """It is no longer ours, or we are leaving: nothing may be stored."""


class WorkerLife:
    """Made on the worker's loop; `start` before the first run, `leave` at the end."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.lag = LoopLag()
        self.models = ModelRegistry(
            model=settings.model.name,
            base_url=settings.model.base_url,
            api_key=settings.model.api_key.get_secret_value() if settings.model.api_key else None,
            window_s=self.lag.window_s,
        )
        # Not all connections for claims: a flood of nudges leaves some to outcomes and lease.
        self.fair_queue = FairQueue(
            slots=settings.worker.concurrency, claims=max(1, settings.database.pool_size // 2)
        )
        self._in_hand: dict[str, RunInHand] = {}
        """By message, which is known before the run is."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._look_now = asyncio.Event()
        self._leaving = False
        self._tasks: list[asyncio.Task[None]] = []
        self._lease_until = 0.0
        self._exposition: Exposition | None = None
        metrics.IN_HAND.set_function(self._in_hand.__len__)
        metrics.WAITING_HERE.set_function(lambda: self.fair_queue.waiting)

    async def start(self) -> None:
        """Take the lease. Raises ConfigError, and what the database says when it stays away."""
        settings.identity.require_signing_key()
        await await_wall(get_engine())
        await self._renew()
        self._warm_up()
        self._exposition = expose(self.parts)
        self._tasks = [
            keep_doing(work, name)
            for name, work in (
                ("lease", self._keep_lease),
                ("sweep", self._keep_sweeping),
                ("control", self._hear_control),
                ("lag", self.lag.watch),
                ("backlog", backlog.keep_looking),
            )
        ]

    def parts(self) -> dict[str, bool | float]:
        """What this worker needs to answer, and whether it has it."""
        return {
            "lease": time.monotonic() < self._lease_until,
            "accepting": not self._leaving,
            "runs": len(self._in_hand),
            "waiting": self.fair_queue.waiting,
            "lag_s": recent_lag_s(),
        }

    def _warm_up(self) -> None:
        """Load what the first answer would load, and have the collector pass over all of it:
        an answer then costs 10 ms of CPU instead of 15."""
        try:
            self.models.resolve()
        except KonstructError as error:
            log.warning("default_model_not_usable", reason=error.message)
        settle()

    @contextmanager
    def working_on(self, message_id: UUID) -> Iterator[RunInHand | None]:
        """Hold a message's run while it is claimed and answered; None when it is in hand already
        or the worker is leaving."""
        name = str(message_id)
        if name in self._in_hand or self._leaving:
            yield None
            return
        in_hand = self._in_hand[name] = RunInHand()
        self._idle.clear()
        try:
            yield in_hand
        finally:
            del self._in_hand[name]
            if not self._in_hand:
                self._idle.set()

    async def leave(self) -> None:
        """Finish what can be finished in `drain_timeout_s`, give the rest back, end the lease."""
        self._leaving = True
        log.info("worker_draining", runs=len(self._in_hand), waiting=self.fair_queue.waiting)
        self.fair_queue.close()
        try:
            async with asyncio.timeout(settings.worker.drain_timeout_s):
                await self._idle.wait()
        except TimeoutError:
            await self._give_back()
        await end(*self._tasks)
        try:
            async with (
                asyncio.timeout(2),
                SystemSession("lease") as session,
                session.transaction(),
            ):
                await leases.end_lease(session, self.id)
        except DATABASE_AWAY as error:
            log.warning("lease_not_ended", error=type(error).__name__)
        if self._exposition is not None:
            await asyncio.to_thread(self._exposition.stop)
        await self.models.aclose()
        await get_batch().empty(OUTBOX_S)
        await close_redis()
        await dispose_engine()

    async def _give_back(self) -> None:
        """Release the runs still in hand, without counting the attempt, and nudge others."""
        in_hand = list(self._in_hand.values())
        for run in in_hand:
            run.lost.set()
        try:
            async with (
                asyncio.timeout(2),
                SystemSession("lease") as session,
                session.transaction(),
            ):
                payloads = await queue.return_to_queue(
                    session,
                    self.id,
                    [run.run_id for run in in_hand if run.run_id],
                    counted=False,
                )
            for payload in payloads:
                handle_message.delay(payload)
            log.info("runs_released", runs=len(payloads))
        except DATABASE_AWAY as error:
            log.warning("runs_not_released", error=type(error).__name__)  # the lease ends them
        try:
            async with asyncio.timeout(1):
                await self._idle.wait()
        except TimeoutError:
            pass

    # ── lease ──────────────────────────────────────────────────────────────────────────────────

    async def _keep_lease(self) -> None:
        while True:
            try:
                async with asyncio.timeout(settings.worker.lease_renew_s):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            self._look_now.clear()
            try:
                async with asyncio.timeout(settings.worker.lease_ttl_s):
                    await self._renew()
            except DATABASE_AWAY as error:
                log.warning("lease_not_renewed", error=type(error).__name__)

    async def _renew(self) -> None:
        """Renew, and hear what became of the runs in hand."""
        claimed = {run.run_id: run for run in self._in_hand.values() if run.run_id}
        asked_at = time.monotonic()
        async with SystemSession("lease") as session, session.transaction():
            await leases.renew_lease(
                session, self.id, name=self.name, ttl_s=settings.worker.lease_ttl_s
            )
            heard = {news.id: news for news in await queue.news(session, self.id, list(claimed))}
            # A commit whose answer was lost leaves a run that is ours and that nobody works on.
            forgotten = [
                news.id
                for news in heard.values()
                if news.mine and news.message_id not in self._in_hand
            ]
            if forgotten:
                await queue.return_to_queue(session, self.id, forgotten, counted=True)
        self._lease_until = asked_at + settings.worker.lease_ttl_s
        for run_id, run in claimed.items():
            news = heard.get(run_id)
            if news is None or not news.mine:
                run.lost.set()
            elif news.stop_requested:
                run.stopped.set()

    async def _hear_control(self) -> None:
        while True:
            try:
                async with get_redis().pubsub() as pubsub:
                    await pubsub.subscribe(run_control_key())
                    while True:
                        if await pubsub.get_message(timeout=settings.worker.lease_renew_s):
                            self._look_now.set()
            except VALKEY_AWAY as error:
                log.warning("control_channel_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    # ── sweep ──────────────────────────────────────────────────────────────────────────────────

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(settings.worker.sweep_interval_s)
            try:
                async with asyncio.timeout(settings.database.statement_timeout_s):
                    await self._sweep()
            except DATABASE_AWAY as error:
                log.warning("sweep_failed", error=type(error).__name__)

    async def _sweep(self) -> None:
        """Nudge the heads of threads that nobody answers."""
        async with SystemSession("sweep") as session, session.transaction():
            due = await sweep.take_due(
                session,
                limit=SWEEP_BATCH,
                max_nudge_s=settings.worker.max_nudge_s,
                runs_at_once=settings.limits.tenant_runs_at_once,
            )
            await leases.forget_dead_leases(session, older_than_s=DEAD_LEASES_KEPT_S)
            await sessions.forget_ended(
                session, older_than_s=ENDED_LOG_INS_KEPT_S, limit=SWEEP_BATCH
            )
        for payload in due:
            handle_message.delay(payload)
        if due:
            metrics.SWEEP_NUDGES.inc(len(due))
            log.info("runs_nudged", runs=len(due))


_life: WorkerLife | None = None


def begin_life(within_s: float) -> WorkerLife:
    """Start this process's life on the runtime's loop. Raises ConfigError, TimeoutError."""
    global _life
    if _life is None:
        _life = runtime.run(_begin(), within_s)
    return _life


async def _begin() -> WorkerLife:
    life = WorkerLife()
    await life.start()
    return life


def current_life() -> WorkerLife:
    """The life of this process, begun at first use."""
    return _life or begin_life(START_WITHIN_S)
