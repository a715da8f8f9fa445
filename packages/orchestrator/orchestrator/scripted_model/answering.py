"""One streamed answer of the scripted model, from its first byte to its end or its failure."""

import asyncio
from collections.abc import Callable
from itertools import cycle, islice
from typing import Protocol

from orchestrator.scripted_model.script import Script
from orchestrator.scripted_model.wheel import Wheel
from orchestrator.scripted_model.wire import STREAM_END, EventWriter, chunk

BURST = 64
"""Events an endless answer sends at a time when it has no rate."""


class Line(Protocol):
    """The connection an answer is written to."""

    @property
    def is_writable(self) -> bool: ...
    def write(self, data: bytes) -> None: ...
    def answered(self) -> None: ...
    def reset(self) -> None: ...


class Answer:
    """Writes its events when they are due; if late, all due events in one write."""

    def __init__(
        self,
        script: Script,
        pieces: list[str],
        line: Line,
        wheel: Wheel,
        events: EventWriter,
        finish: bytes,
    ) -> None:
        self._script = script
        self._line = line
        self._wheel = wheel
        self._time: Callable[[], float] = asyncio.get_running_loop().time
        self._ending, count = self._plan(len(pieces), finish)
        endless = script.fail == "endless"
        self._left: int | None = None if endless else count
        self._next_piece = iter(cycle(pieces or ["on and on "]) if endless else pieces)
        self._events = events
        self._due = 0.0
        self._gone = False

    def _plan(self, pieces: int, finish: bytes) -> tuple[Callable[[], None], int]:
        """How the answer ends, and after how many pieces."""
        after = min(self._script.after, pieces)
        match self._script.fail:
            case "hang":
                return (lambda: None), after
            case "cut":
                return self._line.reset, after
            case "garbage":
                broken = chunk(b'data: {"choices": [{"delta": {"cont\n\n') + STREAM_END
                return (lambda: self._last(broken)), after
            case "error":
                told = self._script.body or '{"error":{"message":"scripted error","code":500}}'
                error = chunk(f"data: {told}\n\n".encode())
                return (lambda: self._last(error + STREAM_END)), after
            case _:
                return (lambda: self._last(finish)), pieces

    def begin(self) -> None:
        if self._gone:
            return
        self._due = self._time()
        if self._script.fail == "hang" and not self._left:
            return
        self._line.write(self._events.head() + self._events.role())
        self._step()

    def leave(self) -> None:
        """The client is gone: write nothing more."""
        self._gone = True

    def _step(self) -> None:
        if self._gone:
            return
        if self._line.is_writable:
            count = self._due_now()
            if count:
                texts = islice(self._next_piece, count)
                self._line.write(b"".join([self._events.content(text) for text in texts]))
                if self._left is not None:
                    self._left -= count
            if self._left == 0:
                self._ending()
                return
        self._wheel.at(self._due, self._step)

    def _due_now(self) -> int:
        rate, now = self._script.rate, self._time()
        if not rate:
            return BURST if self._left is None else self._left
        if now < self._due:
            return 0
        late = 1 + int((now - self._due) * rate)
        count = late if self._left is None else min(late, self._left)
        self._due += count / rate
        return count

    def _last(self, data: bytes) -> None:
        self._line.write(data)
        self._line.answered()
