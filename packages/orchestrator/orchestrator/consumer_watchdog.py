"""Whether this worker still takes what the broker holds, and what is done when it does not.

Consumers are known to live on and take nothing once their line was lost in a bad moment (celery
#8030, #8091, #10205), and no code is above dying quietly. What can be seen of it from outside is
the same each time: tasks lie in the broker's queue, this worker has room for them, and none comes.
Seen for `deaf_after_s`, look after look, it leaves as if it had been asked to, with an exit code of
its own, and whoever supervises it starts it anew. A worker whose colleagues empty the queue is not
called deaf: nobody waits for it.
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
"""75: trying again helps."""


class Taker(Protocol):
    """What is known of the one that takes tasks."""

    @property
    def taken(self) -> int: ...
    @property
    def has_room(self) -> bool: ...


class Hearing:
    """`leave` is called once, when the worker is found deaf; it must not block."""

    def __init__(self, intake: Taker, leave: Callable[[], None]) -> None:
        self._intake = intake
        self._leave = leave
        self._taken_before = 0
        self._unheard_since: float | None = None
        self.is_deaf = False

    async def keep_listening(self) -> None:
        """Look for ever."""
        while not self.is_deaf:
            await asyncio.sleep(settings.telemetry.backlog_interval_s)
            self.look(await broker_queue_length(), time.monotonic())

    def look(self, waiting: float, now: float) -> None:
        """Compare what waits in the broker (NaN if unknown) with what came since the last look.
        `now` is the monotonic clock."""
        came = self._intake.taken != self._taken_before
        self._taken_before = self._intake.taken
        if came or not self._intake.has_room or not waiting > 0:
            self._unheard_since = None
        elif self._unheard_since is None:
            self._unheard_since = now
        elif now - self._unheard_since >= settings.worker.deaf_after_s and not self.is_deaf:
            self.is_deaf = True
            log.error("worker_deaf", waiting=waiting, unheard_s=round(now - self._unheard_since, 1))
            self._leave()
