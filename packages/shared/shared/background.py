"""Asyncio tasks that end for certain, and tasks that do not end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

CANCEL_AGAIN_S = 0.5
BEGIN_AGAIN_S = 1.0

log = logging.getLogger(__name__)


def keep_doing(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> "asyncio.Task[None]":
    """A task for work that has no end. If it raises what nobody expected, that is logged and it
    begins again: a process that has lost such a task looks alive, and is not."""
    return asyncio.create_task(_keep_doing(work, name), name=name)


async def _keep_doing(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("task_begins_again: %s", name)
        await asyncio.sleep(BEGIN_AGAIN_S)


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
