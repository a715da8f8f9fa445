"""One event loop per worker process, in a thread of its own.

It owns the database engine, the Valkey client and the connections to models, so hundreds of answers
share them. Other threads give it coroutines and wait. It starts at the first use, or with the
worker.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

Result = TypeVar("Result")


class Runtime:
    """The process's loop. Its methods are thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                started: Future[asyncio.AbstractEventLoop] = Future()
                threading.Thread(
                    target=self._turn, args=(started,), name="runtime", daemon=True
                ).start()
                self._loop = started.result(timeout=10)
            return self._loop

    def run(self, work: Coroutine[Any, Any, Result], timeout_s: float) -> Result:
        """Run `work` on the loop and wait for it. After `timeout_s` cancels it and raises
        TimeoutError."""
        future = self.submit(work)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def submit(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    @staticmethod
    def _turn(started: "Future[asyncio.AbstractEventLoop]") -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            loop = runner.get_loop()
            loop.call_soon(started.set_result, loop)
            loop.run_forever()


runtime = Runtime()
