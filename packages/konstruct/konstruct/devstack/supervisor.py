"""Keeps the parts running, and ends them all.

Promises: a part that ends by itself is started again, after a pause that doubles while it keeps
ending; the person is told. `stop` returns within 10 seconds and leaves no process behind. It stops
first what people talk to, then what that needs.
"""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from konstruct.devstack.child import describe_exit
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.part import Part
from konstruct.devstack.progress import Progress
from konstruct.devstack.waiting import StopRequest

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
STEADY_AFTER_S = 30.0
"""A part that ran this long gets the first pause again."""

FRONT_STOPS_WITHIN_S = 6.0
BACK_STOPS_WITHIN_S = 2.0
_WATCH_EVERY_S = 0.1


@dataclass
class _Watched:
    part: Part
    front: bool
    launched_at: float
    pause_s: float = FIRST_PAUSE_S
    launch_at: float | None = None
    """When to start it again; None while it runs."""
    coming_back: bool = False


class Supervisor:
    """Use it from one thread, the main one."""

    def __init__(self, progress: Progress, stop_request: StopRequest) -> None:
        self._progress = progress
        self._stop_request = stop_request
        self._watched: list[_Watched] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, part: Part, *, front: bool = False) -> None:
        """Start a part, wait until it is ready, and keep it running from then on.

        Parts at the `front` are stopped first. Raises DevstackError.
        """
        part.start()
        self._watched.append(_Watched(part, front, time.monotonic()))

    def watch(self) -> None:
        """Keep everything running until a stop is asked for."""
        while not self._stop_request.asked:
            for each in self._watched:
                self._look_after(each)
            time.sleep(_WATCH_EVERY_S)

    def stop(self) -> None:
        """End everything."""
        front = [each.part for each in self._watched if each.front]
        back = [each.part for each in reversed(self._watched) if not each.front]
        _stop_together(front, FRONT_STOPS_WITHIN_S)
        _stop_together(back, BACK_STOPS_WITHIN_S)
        self._watched.clear()

    def _look_after(self, each: _Watched) -> None:
        now = time.monotonic()
        if each.launch_at is not None:
            if now >= each.launch_at:
                self._launch_again(each)
            return
        code = each.part.exit_code()
        if code is not None:
            self._plan(each, describe_exit(code))
        elif each.coming_back:
            self._look_whether_back(each, now - each.launched_at)

    def _plan(self, each: _Watched, what: str) -> None:
        now = time.monotonic()
        if now - each.launched_at >= STEADY_AFTER_S:
            each.pause_s = FIRST_PAUSE_S
        name, pause = each.part.name, each.pause_s
        self._progress.say(
            f"{name} {what}. Starting it again in {pause:g} s. Its log: {each.part.log}"
        )
        each.launch_at = now + pause
        each.pause_s = min(pause * 2, LONGEST_PAUSE_S)

    def _launch_again(self, each: _Watched) -> None:
        each.launch_at = None
        each.launched_at = time.monotonic()
        each.coming_back = True
        try:
            each.part.launch()
        except DevstackError as error:
            self._plan(each, f"did not start: {error.message}")

    def _look_whether_back(self, each: _Watched, seconds: float) -> None:
        try:
            ready = each.part.is_ready()
        except DevstackError:
            return  # it ended meanwhile; the next look plans its restart
        if ready:
            each.coming_back = False
            self._progress.say(f"{each.part.name} is back after {seconds:.1f} s.")
        elif seconds > each.part.ready_within_s:
            each.part.kill()


def _stop_together(parts: list[Part], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    for part in parts:
        part.ask_to_stop()
    for part in parts:
        part.finish(deadline - time.monotonic())
