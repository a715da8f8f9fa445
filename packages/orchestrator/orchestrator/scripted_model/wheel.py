"""One timer for all streams: callbacks due within the same few milliseconds run together.

A sleep per token would cost more than the token: 300 streams at 50 tokens a second are 15,000
timers a second. A callback is late by at most about one `TICK_S`, and never early.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

TICK_S = 0.004


class Wheel:
    """Runs callbacks at their time on one event loop; idle, it costs nothing."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._slots: defaultdict[int, list[Callable[[], None]]] = defaultdict(list)
        self._turned = 0
        self._timer: asyncio.TimerHandle | None = None

    def at(self, when: float, callback: Callable[[], None]) -> None:
        """Call `callback` once `loop.time()` has reached `when`."""
        if self._timer is None:
            self._turned = int(self._loop.time() / TICK_S)
            self._timer = self._loop.call_later(TICK_S, self._turn)
        self._slots[max(self._turned, int(when / TICK_S)) + 1].append(callback)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._slots.clear()

    def _turn(self) -> None:
        upto = int(self._loop.time() / TICK_S)
        if len(self._slots) < upto - self._turned:  # a long wait: only the slots that exist
            due = sorted(slot for slot in self._slots if slot <= upto)
        else:
            due = [slot for slot in range(self._turned + 1, upto + 1) if slot in self._slots]
        self._turned = upto
        for slot in due:
            for callback in self._slots.pop(slot):
                callback()
        self._timer = None
        if self._slots:
            self._timer = self._loop.call_at((upto + 1) * TICK_S, self._turn)
