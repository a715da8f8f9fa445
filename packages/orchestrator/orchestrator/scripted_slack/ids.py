"""Ids and timestamps as Slack makes them: letters first, and a `ts` that no two messages share."""

import time
from itertools import count

_numbers = count(1)


def new_id(letter: str) -> str:
    """Like `C000000A1B`."""
    return f"{letter}{next(_numbers):09d}"


class Clock:
    """The workspaces' time. `speed` makes pauses shorter, so that an hour need not be waited."""

    def __init__(self) -> None:
        self.speed = 1.0
        self._last = 0

    def ts(self, at: float | None = None) -> str:
        """A new message's: seconds and microseconds, later than each before unless told when."""
        micros = int((time.time() if at is None else at) * 1_000_000)
        if at is None:
            micros = self._last = max(micros, self._last + 1)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def pause_s(self, seconds: float) -> float:
        """How long so many seconds of Slack's last here."""
        return seconds / self.speed
