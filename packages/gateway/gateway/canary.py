"""The canary: a task of the gateway's own that goes the way of every message, and back.

    queue of this process → broker → a worker's consumer, thread, loop → pub-sub → this gateway

Each part may say that it is well while nothing gets through: a worker lives but takes nothing after
its connection was lost in a bad moment, or a broker accepts tasks and hands out none. Only a task
that goes the whole way shows that. It touches no tenant and no table.

One canary is under way at a time. While none comes back, each pause is twice as long as the last,
up to `LONGEST_PAUSE_S`. So a queue that no worker empties grows by two a minute and gateway.
"""

import asyncio
import math
import time
from typing import Any
from uuid import uuid4

from shared.background import end
from shared.config import settings
from shared.log import get_logger
from shared.redis_keys import gateway_canary_key
from shared.runs.nudges import canary

from gateway import metrics
from gateway.realtime.published import Published

log = get_logger(__name__)

LONGEST_PAUSE_S = 30.0


class Canary:
    """Listens on its own channel; the task `keep_flying` sends canaries."""

    def __init__(self) -> None:
        self._id = uuid4()
        self.channel = gateway_canary_key(self._id)
        self._back = asyncio.Event()
        self._again = asyncio.Event()
        self._out_since: float | None = None
        self._round_trip_s: float | None = None
        self._was_red = False

    @property
    def state(self) -> str:
        """`green`, `red`, or `starting` until the first is back or overdue."""
        if self.out_s() > settings.telemetry.canary_timeout_s:
            return "red"
        return "starting" if self._round_trip_s is None else "green"

    def out_s(self) -> float:
        """Seconds since the oldest canary that has not come back was sent; 0 if all are back."""
        return 0.0 if self._out_since is None else time.monotonic() - self._out_since

    def seen(self) -> dict[str, Any]:
        """The state and times as JSON, for `/readyz` and doctor."""
        return {
            "state": self.state,
            "out_s": round(self.out_s(), 1),
            "round_trip_s": self._round_trip_s and round(self._round_trip_s, 4),
        }

    def deliver(self, frame: Published) -> None:
        """A canary is back. Even a late one shows that messages get through again."""
        try:
            round_trip_s = time.monotonic() - float(frame.fields["sent_at"])
        except (KeyError, TypeError, ValueError):
            return
        if not math.isfinite(round_trip_s):
            return
        self._round_trip_s = round_trip_s
        metrics.CANARY_ROUND_TRIP.observe(round_trip_s)
        self._out_since = None
        self._back.set()

    def resync(self) -> None:
        """Valkey was away and may have lost the canary under way: send another now."""
        self._again.set()

    async def keep_flying(self) -> None:
        """Send canaries for ever."""
        pause_s = settings.telemetry.canary_interval_s
        while True:
            self._send()
            came_back = await self._wait(pause_s)
            self._tell_changes()
            if came_back:
                pause_s = settings.telemetry.canary_interval_s
                await asyncio.sleep(pause_s)
            else:
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _send(self) -> None:
        self._back.clear()
        self._again.clear()
        now = time.monotonic()
        if self._out_since is None:
            self._out_since = now
        canary.delay({"gateway_id": str(self._id), "sent_at": now})

    async def _wait(self, within_s: float) -> bool:
        """Wait until a canary is back or another one is due; whether one is back."""
        back = asyncio.create_task(self._back.wait())
        again = asyncio.create_task(self._again.wait())
        try:
            await asyncio.wait({back, again}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(back, again)
        return self._back.is_set()

    def _tell_changes(self) -> None:
        is_red = self.state == "red"
        if is_red and not self._was_red:
            log.error("canary_red", out_s=round(self.out_s(), 1))
        elif self._was_red and not is_red:
            log.info("canary_green", round_trip_s=self._round_trip_s)
        self._was_red = is_red
