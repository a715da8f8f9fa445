"""A worker's lease, and what each renewal tells it about its runs.

The lease is renewed every `lease_renew_s` and valid for `lease_ttl_s`; after that, other workers
may claim this worker's runs. Each renewal asks whether its runs are still its own and whether any
are to be stopped. A message on the control channel makes it renew at once.
"""

import asyncio
import time
from importlib.metadata import version

from shared.config import settings
from shared.db import SystemSession
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import run_control_key
from shared.runs import leases, queue
from shared.runs.nudges import handle_message
from shared.valkey.client import get_redis

from orchestrator.life.context import WorkerContext

log = get_logger(__name__)

VERSION = version("konstruct-orchestrator")
LEAVING_WITHIN_S = 2.0
"""For each of the two statements that a leaving worker still sends."""


class Lease:
    """Call `renew` before the first run; run `keep` and `hear_control` for ever; then `end`."""

    def __init__(self, worker: WorkerContext) -> None:
        self._worker = worker
        self._until = 0.0
        self._look_now = asyncio.Event()

    @property
    def holds(self) -> bool:
        return time.monotonic() < self._until

    async def renew(self) -> None:
        """Renew the lease, and stop or drop runs in hand as the database says. Raises the
        database's errors in an outage."""
        worker = self._worker
        claimed = worker.in_hand.claimed()
        asked_at = time.monotonic()
        async with SystemSession("lease") as session, session.transaction():
            await leases.renew_lease(
                session,
                worker.id,
                name=worker.name,
                version=VERSION,
                ttl_s=settings.worker.lease_ttl_s,
            )
            heard = {news.id: news for news in await queue.news(session, worker.id, list(claimed))}
            # Runs claimed by a commit whose reply was lost: they are ours, but nothing works on
            # them.
            forgotten = [
                news.id
                for news in heard.values()
                if news.mine and not worker.in_hand.is_held(str(news.id), *news.messages)
            ]
            if forgotten:
                await queue.return_to_queue(session, worker.id, forgotten, counted=True)
        self._until = asked_at + settings.worker.lease_ttl_s
        for run_id, run in claimed.items():
            news = heard.get(run_id)
            if news is None or not news.mine:
                run.lost.set()
            elif news.stop_requested:
                run.stopped.set()

    async def keep(self) -> None:
        """Renew for ever: in time, or at once when told to."""
        while True:
            try:
                async with asyncio.timeout(settings.worker.lease_renew_s):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            self._look_now.clear()
            try:
                async with asyncio.timeout(settings.worker.lease_ttl_s):
                    await self.renew()
            except DATABASE_AWAY as error:
                log.warning("lease_not_renewed", error=type(error).__name__)

    async def hear_control(self) -> None:
        """Renew at once whenever runs were stopped or reset; for ever."""
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

    async def give_back(self) -> None:
        """Return the runs in hand to the queue without counting the attempt, and nudge other
        workers."""
        self._worker.in_hand.lose_all()
        try:
            async with (
                asyncio.timeout(LEAVING_WITHIN_S),
                SystemSession("lease") as session,
                session.transaction(),
            ):
                payloads = await queue.return_to_queue(
                    session, self._worker.id, list(self._worker.in_hand.claimed()), counted=False
                )
            for payload in payloads:
                handle_message.delay(payload)
            log.info("runs_released", runs=len(payloads))
        except DATABASE_AWAY as error:
            log.warning("runs_not_released", error=type(error).__name__)  # the lease ends them

    async def end(self) -> None:
        """End the lease now, so that others need not wait until it is over."""
        try:
            async with (
                asyncio.timeout(LEAVING_WITHIN_S),
                SystemSession("lease") as session,
                session.transaction(),
            ):
                await leases.end_lease(session, self._worker.id)
        except DATABASE_AWAY as error:
            log.warning("lease_not_ended", error=type(error).__name__)
