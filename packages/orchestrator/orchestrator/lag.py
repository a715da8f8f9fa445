"""How late the event loop is, and how long streamed text should wait to go out together.

A busy loop that publishes many small pieces only gets busier; so the window widens with the lag.
"""

from shared.config import settings
from shared.telemetry.figures import sample_loop_lag

WEIGHT = 0.2
WIDEN_BY = 6.0
MAX_WINDOW_S = 0.5


class LoopLag:
    """A moving average of how late timers fire."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def watch(self) -> None:
        """Sample for ever."""
        async for late in sample_loop_lag():
            self.seconds += WEIGHT * (late - self.seconds)

    def window_s(self) -> float:
        """How long to gather streamed text before it is published."""
        return min(MAX_WINDOW_S, settings.publish_window_s + WIDEN_BY * self.seconds)
