"""Progress on standard error while the product starts and runs.

One numbered line per step with the seconds it took. A terminal that has gone away is not an error:
what was started must still be stopped in order.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TextIO


class Progress:
    def __init__(self, steps: int, stream: TextIO | None = None) -> None:
        self._steps = steps
        self._step = 0
        self._stream = sys.stderr if stream is None else stream

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        self._step += 1
        began = time.monotonic()
        self._write(f"[{self._step}/{self._steps}] {title} ... ")
        try:
            yield
        except BaseException:
            self._write("not done\n")
            raise
        self._write(f"{time.monotonic() - began:.1f} s\n")

    def say(self, line: str = "") -> None:
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
