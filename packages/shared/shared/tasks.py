"""Ending asyncio tasks for certain."""

import asyncio
from typing import Any

CANCEL_AGAIN_S = 0.5


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel these tasks and wait until all have ended, however they end.

    Until Python 3.12 `asyncio.wait_for`, which redis-py and psycopg wait with, swallows a
    cancellation that comes just as what it waits for is done; so one that lives on is cancelled
    again.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain of it
