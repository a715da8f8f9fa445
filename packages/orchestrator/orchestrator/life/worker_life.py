"""A worker process's life: it takes its lease, answers, and leaves without losing a run."""

import asyncio

from shared.background import end, keep_doing
from shared.config import settings
from shared.db import get_engine
from shared.db.engine import await_wall, dispose_engine
from shared.errors import KonstructError
from shared.gc_tuning import settle
from shared.log import get_logger
from shared.misspelt import warn_of_misspelt_settings
from shared.secrets.opening import require_rings
from shared.telemetry.exposition import Exposition, expose
from shared.telemetry.metrics import recent_lag_s
from shared.valkey.batch import get_batch
from shared.valkey.client import close_redis

from orchestrator import metrics
from orchestrator.life import backlog, sweep
from orchestrator.life.context import worker_context
from orchestrator.life.lease import Lease

log = get_logger(__name__)

GIVEN_UP_WITHIN_S = 1.0
"""For answers to stop after their runs were returned to the queue."""
LAST_NUDGES_S = 1.0
"""For nudges of the runs returned to the queue."""


class WorkerLife:
    """Make it on the worker's loop; `start` it before the first run, `leave` at the end."""

    def __init__(self) -> None:
        self.worker = worker_context()
        self._lease = Lease(self.worker)
        self._tasks: list[asyncio.Task[None]] = []
        self._exposition: Exposition | None = None

    async def start(self) -> None:
        """Take the lease. Raises ConfigError, and the database's errors if it stays away."""
        settings.identity.require_signing_key()
        warn_of_misspelt_settings()
        await await_wall(get_engine())
        await require_rings()
        await self._lease.renew()
        self._warm_up()
        metrics.IN_HAND.set_function(self.worker.in_hand.__len__)
        metrics.WAITING_HERE.set_function(lambda: self.worker.fair_queue.waiting)
        self._exposition = expose(self.parts)
        self._tasks = [
            keep_doing(self._lease.keep, "lease"),
            keep_doing(self._lease.hear_control, "control"),
            keep_doing(sweep.keep_sweeping, "sweep"),
            keep_doing(sweep.keep_ending_holds, "holds"),
            keep_doing(sweep.keep_answering_those_who_waited, "waiting"),
            keep_doing(self.worker.lag.watch, "lag"),
            keep_doing(backlog.keep_looking, "backlog"),
        ]

    async def leave(self) -> None:
        """Drain: finish what can be finished in `drain_timeout_s`, return the rest to the queue,
        end the lease."""
        in_hand, fair_queue = self.worker.in_hand, self.worker.fair_queue
        log.info("worker_draining", runs=len(in_hand), waiting=fair_queue.waiting)
        in_hand.close()
        fair_queue.close()
        if not await in_hand.until_empty(settings.worker.drain_timeout_s):
            await self._lease.give_back()
            await in_hand.until_empty(GIVEN_UP_WITHIN_S)
        await end(*self._tasks)
        await self._lease.end()
        if self._exposition is not None:
            await asyncio.to_thread(self._exposition.stop)
        await self.worker.key_notes.empty(GIVEN_UP_WITHIN_S)
        await self.worker.own_keys.aclose()
        await self.worker.models.aclose()
        await get_batch().empty(LAST_NUDGES_S)
        await close_redis()
        await dispose_engine()

    def parts(self) -> dict[str, bool | float]:
        """The parts this worker needs in order to answer, and whether each is well."""
        return {
            "lease": self._lease.holds,
            "accepting": not self.worker.in_hand.closed,
            "runs": len(self.worker.in_hand),
            "waiting": self.worker.fair_queue.waiting,
            "lag_s": recent_lag_s(),
        }

    def _warm_up(self) -> None:
        """Load what the first answer would load, and let the garbage collector skip it from now on.
        An answer then costs 10 ms of CPU instead of 15."""
        try:
            self.worker.models.resolve()
        except KonstructError as error:
            log.warning("default_model_not_usable", reason=error.message)
        settle()
