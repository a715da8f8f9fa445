"""A worker's lease, and what it hears of its runs with each renewal.

The lease is renewed every `lease_renew_s` and good for `lease_ttl_s`; when it is over, others may
take this worker's runs. With each renewal the worker asks whether its runs are still its own and
whether somebody wants them stopped; a message on the control channel makes it ask at once.
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
    """`renew` once before the first run; `keep` and `hear_control` for ever; then `end`."""

    def __init__(self, worker: WorkerContext) -> None:
        self._worker = worker
        self._until = 0.0
        self._look_now = asyncio.Event()

    @property
    def holds(self) -> bool:
        return time.monotonic() < self._until

    async def renew(self) -> None:
        """Renew, and hear what became of the runs in hand. Raises what a database that is away
        raises."""
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
            # A commit whose answer was lost leaves a run that is ours and that nobody works on.
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
        """Renew for ever, in time or when told to look."""
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
        """Look at the runs at once whenever somebody stopped or reset one; for ever."""
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
        """Release the runs still in hand, without counting the attempt, and nudge others."""
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
        """So that nobody waits for it to run out."""
        try:
            async with (
                asyncio.timeout(LEAVING_WITHIN_S),
                SystemSession("lease") as session,
                session.transaction(),
            ):
                await leases.end_lease(session, self._worker.id)
        except DATABASE_AWAY as error:
            log.warning("lease_not_ended", error=type(error).__name__)
