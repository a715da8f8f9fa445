"""Asyncio tasks that run for ever, and a cancellation that always ends them."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

CANCEL_AGAIN_S = 0.5
BEGIN_AGAIN_S = 1.0

log = logging.getLogger(__name__)


def keep_doing(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> "asyncio.Task[None]":
    """Run `work` for ever as a task. An unexpected exception is logged and `work` starts again,
    because a process that has lost such a task looks alive and is not."""
    return asyncio.create_task(_keep_doing(work, name), name=name)


async def _keep_doing(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("task_begins_again: %s", name)
        await asyncio.sleep(BEGIN_AGAIN_S)


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel these tasks and wait until all have ended, whatever they raise.

    A task that survives is cancelled again. Until Python 3.12, `asyncio.wait_for` (used by redis-py
    and psycopg) swallows a cancellation that arrives in the moment its awaitable finishes.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # marks the exception as retrieved, so that asyncio does not log it
