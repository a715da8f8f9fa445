"""Takes tasks from the broker and starts them on the worker's event loop, many at a time.

It reads the messages of Celery's queue as Celery's own worker would (`shared.runs.nudges`), but
without a thread, a request object and three round trips per task: 0.1 ms of CPU a task instead of 2
ms. A task is removed from the broker as soon as it is taken, because PostgreSQL redelivers. Delays,
retries and results, which Celery's worker would handle, are ignored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from shared.background import end, keep_doing
from shared.log import get_logger
from shared.outages import VALKEY_AWAY
from shared.redis_keys import broker_queue_key
from shared.runs.nudges import QUEUE_NAME, Task, unpack
from shared.valkey.client import get_redis

from orchestrator.app import app

log = get_logger(__name__)

AT_ONCE = 64
WAIT_S = 2.0
"""Seconds of one blocking read; well below the client's own time-out."""
RECONNECT_MAX_S = 2.0

Handler = Callable[[dict[str, Any]], Awaitable[None]]


class Consumer:
    """Runs tasks. `handlers` maps a task's name to a coroutine that gets the payload; any other
    task is run by Celery's registry, in a thread. At most `concurrency` tasks run at a time."""

    def __init__(self, handlers: Mapping[str, Handler], concurrency: int) -> None:
        self._handlers = handlers
        self._concurrency = concurrency
        self._under_way: set[asyncio.Task[None]] = set()
        self._has_room = asyncio.Event()
        self._taking: asyncio.Task[None] | None = None
        self.taken = 0
        """Tasks taken so far; only ever grows."""

    @property
    def has_room(self) -> bool:
        """Whether it would take a task now if there were one."""
        return len(self._under_way) < self._concurrency

    def start(self) -> None:
        self._taking = keep_doing(self._take_for_ever, name="consumer")

    async def stop(self) -> None:
        """Take no more tasks. Running ones go on."""
        if self._taking is not None:
            await end(self._taking)

    async def _take_for_ever(self) -> None:
        delay_s = 0.05
        while True:
            try:
                await self._take()
                delay_s = 0.05
            except VALKEY_AWAY as error:
                log.warning("broker_lost", error=type(error).__name__)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def _take(self) -> None:
        """Wait for room, then for messages; start all that are there and fit."""
        while (room := self._concurrency - len(self._under_way)) <= 0:
            self._has_room.clear()
            await self._has_room.wait()
        taken = await get_redis().blmpop(
            WAIT_S, 1, broker_queue_key(QUEUE_NAME), direction="RIGHT", count=min(room, AT_ONCE)
        )
        for message in cast(list[bytes], taken[1]) if taken else ():
            self._begin(message)

    def _begin(self, message: bytes) -> None:
        self.taken += 1
        try:
            task = unpack(message)
        except ValueError as error:
            log.warning("task_refused", error=str(error))
            return
        working = asyncio.create_task(self._work_on(task))
        self._under_way.add(working)
        working.add_done_callback(self._done)

    def _done(self, working: asyncio.Task[None]) -> None:
        self._under_way.discard(working)
        self._has_room.set()

    async def _work_on(self, task: Task) -> None:
        """Run one task. Its exceptions are logged and affect no other task."""
        try:
            handler = self._handlers.get(task.name)
            if handler is not None:
                await handler(*task.args, **task.kwargs)
            elif task.name in app.tasks:
                await asyncio.to_thread(app.tasks[task.name], *task.args, **task.kwargs)
            else:
                log.warning("task_unknown", task=task.name)
        except Exception as error:
            log.exception("task_failed", task=task.name, error=type(error).__name__)
