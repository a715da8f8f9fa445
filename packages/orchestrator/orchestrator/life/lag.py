"""Measures how late the event loop is; from that, how long streamed text is gathered.

Publishing many small pieces makes a busy loop busier. So the window widens with the lag, and work
that is due at nearly the same time is done in one turn of the loop.
"""

import asyncio

from shared.config import settings
from shared.telemetry.metrics import sample_loop_lag

WEIGHT = 0.2
WIDEN_BY = 6.0
MAX_WINDOW_S = 0.5
TOGETHER_S = 0.02
"""Pauses that would end within this many seconds of each other end together."""


def in_step(pause_s: float) -> float:
    """The pause in seconds, slightly changed so that it ends together with other pauses."""
    if pause_s < TOGETHER_S:
        return pause_s
    now = asyncio.get_running_loop().time()
    return round((now + pause_s) / TOGETHER_S) * TOGETHER_S - now


class LoopLag:
    """A moving average of how late timers fire."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def watch(self) -> None:
        """Sample for ever."""
        async for late in sample_loop_lag():
            self.seconds += WEIGHT * (late - self.seconds)

    def window_s(self) -> float:
        """Seconds to gather streamed text before it is published."""
        return min(MAX_WINDOW_S, settings.worker.publish_window_s + WIDEN_BY * self.seconds)
