"""Waits that always end: at the condition, at the time-out, or when a stop was asked for."""

import time
from collections.abc import Callable

from konstruct.devstack.errors import DevstackError, StartCancelled

POLL_S = 0.05


class StopRequest:
    """Set by a signal handler, checked by everything that waits.

    A plain attribute instead of `threading.Event`: an Event's lock is not re-entrant, so setting it
    in a signal handler can deadlock with the main thread that is waiting on it.
    """

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        self.asked = True


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    timeout_s: float,
    stop: StopRequest | None = None,
    why_not: Callable[[], str] = str,
) -> None:
    """Poll `ready` until it is true.

    Raises DevstackError naming `what` after `timeout_s` seconds, with the text of `why_not`, and
    StartCancelled if `stop` is asked for. An exception of `ready` ends the wait as well.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        if stop is not None and stop.asked:
            raise StartCancelled(f"Stopped while waiting for {what}.")
        if time.monotonic() >= deadline:
            said = f": {reason}" if (reason := why_not()) else ""
            raise DevstackError(f"{what} was not ready within {timeout_s:.0f} seconds{said}.")
        time.sleep(POLL_S)
