"""Watchdog: ends a worker that has stopped taking tasks, so that it is restarted.

Consumers can live on and take nothing after their connection was lost in a bad moment (celery
#8030, #8091, #10205), and our own might too. From outside this always looks the same: the broker
holds tasks, this worker has room, and none arrives. If every look for `deaf_after_s` sees that, the
worker leaves as if asked to, with exit code 75. A worker is not deaf if other workers empty the
queue: then no task waits.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final, Protocol

from shared.config import settings
from shared.log import get_logger

from orchestrator.life.backlog import broker_queue_length

log = get_logger(__name__)

EX_DEAF: Final = os.EX_TEMPFAIL
"""75, "temporary failure": a restart helps."""


class Taker(Protocol):
    """What the watchdog knows of the consumer."""

    @property
    def taken(self) -> int: ...
    @property
    def has_room(self) -> bool: ...


class ConsumerWatchdog:
    """Calls `leave` once, when the worker is found deaf. `leave` must not block."""

    def __init__(self, consumer: Taker, leave: Callable[[], None]) -> None:
        self._consumer = consumer
        self._leave = leave
        self._taken_before = 0
        self._unheard_since: float | None = None
        self.is_deaf = False

    async def keep_listening(self) -> None:
        """Look again and again, for ever."""
        while not self.is_deaf:
            await asyncio.sleep(settings.telemetry.backlog_interval_s)
            self.look(await broker_queue_length(), time.monotonic())

    def look(self, waiting: float, now: float) -> None:
        """Compare the tasks waiting in the broker (NaN if unknown) with the tasks taken since the
        last look. `now` is from the monotonic clock."""
        came = self._consumer.taken != self._taken_before
        self._taken_before = self._consumer.taken
        if came or not self._consumer.has_room or not waiting > 0:
            self._unheard_since = None
        elif self._unheard_since is None:
            self._unheard_since = now
        elif now - self._unheard_since >= settings.worker.deaf_after_s and not self.is_deaf:
            self.is_deaf = True
            log.error("worker_deaf", waiting=waiting, unheard_s=round(now - self._unheard_since, 1))
            self._leave()
