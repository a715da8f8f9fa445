"""The scripted model on a thread of its own, for tests that have no event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from orchestrator.scripted_model.script import Script
from orchestrator.scripted_model.server import ScriptedModel


@contextmanager
def serve_in_thread(
    script: Script | None = None, *, api_key: str | None = None
) -> Iterator[ScriptedModel]:
    """Serve until the block ends. Read `records` over HTTP, or after the block has ended."""
    started: SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Event] | BaseException]
    started = SimpleQueue()
    model = ScriptedModel(script, api_key=api_key)

    async def serve() -> None:
        stop = asyncio.Event()
        async with model:
            started.put((asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            started.put(error)

    thread = threading.Thread(target=run, name="scripted-model", daemon=True)
    thread.start()
    outcome = started.get()
    if isinstance(outcome, BaseException):
        raise outcome
    loop, stop = outcome
    try:
        yield model
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
