"""A double as a process of its own: it says where it is, and serves until it is told to stop."""

import asyncio
import signal
import sys
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Double(AbstractAsyncContextManager[Any], Protocol):
    """The scripted model, channel or service: serves while it is entered."""

    @property
    def base_url(self) -> str: ...


async def serve_until_told(double: Double) -> None:
    """Prints `ready <base url>` once requests are taken; ends on SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with double:
        sys.stdout.write(f"ready {double.base_url}\n")
        sys.stdout.flush()
        await stop.wait()
