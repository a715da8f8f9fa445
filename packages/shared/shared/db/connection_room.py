"""How many connections an installation opens at most, and what a full PostgreSQL means for a pool.

Each process opens at most `KONSTRUCT_DATABASE_POOL_SIZE`. `wanted` is the one place that adds them
up: `konstruct up` starts PostgreSQL with it, `konstruct doctor` compares it with what there is,
docs/sizing.md and `benchmarks.million` calculate with it.
"""

import asyncio
import os
import random
import socket
import time
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only
from sqlalchemy.util.queue import Empty

from shared.log import get_logger

log = get_logger(__name__)

BESIDE_POOLS = 16
"""Connections not for pools: migrations, commands, doctor, somebody's psql, and the three that
PostgreSQL reserves for its superuser."""
PROCESSES_OF_UP = 16
"""Gateways and workers, together, for which `konstruct up`'s PostgreSQL has room."""
RETRY_S = 0.2

NAME = "konstruct"
_NO_ROOM = "53300"
_NO_ROOM_SAYS = (
    "too many clients",
    "too many connections for",
    "remaining connection slots are reserved",
    "no more connections allowed",  # PgBouncer
)
"""For a refused connection libpq gives the server's words and no error code."""


def wanted(processes: int, pool_size: int) -> int:
    """The `max_connections` needed for so many gateways and workers together."""
    return processes * pool_size + BESIDE_POOLS


def process_name() -> str:
    """This process's `application_name`, as PostgreSQL shows it; 63 characters at most."""
    return f"{NAME} {os.getpid()} {socket.gethostname()}"[:63]


def has_no_room(error: BaseException) -> bool:
    """Whether the server refused a connection because all of its connections are taken."""
    said = str(error)
    return getattr(error, "sqlstate", None) == _NO_ROOM or any(it in said for it in _NO_ROOM_SAYS)


class PatientPool(AsyncAdaptedQueuePool):
    """A pool with a queue: a task that finds no connection waits its turn.

    SQLAlchemy's own pool gives a returned connection to the next task that asks. Under load that is
    the task that returned it, and the others time out. If PostgreSQL has no room for a new
    connection, the first in the queue waits until one of ours is returned or the server has room.
    The pool's time-out applies twice: to waiting in the queue and to waiting at its head.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting = 0
        self._line = asyncio.Lock()

    def _do_get(self) -> ConnectionPoolEntry:
        if not self.waiting and (self.checkedin() or self.overflow() < self._max_overflow):
            return self._taken()
        self.waiting += 1
        try:
            await_only(self._become_first())
            try:
                return self._taken()
            finally:
                self._line.release()
        finally:
            self.waiting -= 1

    async def _become_first(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await self._line.acquire()
        except TimeoutError:
            raise PoolTimeoutError(
                f"No connection came back within {self._timeout:.1f} s."
            ) from None

    def _taken(self) -> ConnectionPoolEntry:
        give_up_at = time.monotonic() + self._timeout
        told = False
        while True:
            try:
                return super()._do_get()
            except Exception as error:
                if not has_no_room(error) or time.monotonic() > give_up_at:
                    raise
            if not told:
                log.warning("database_has_no_room", open=self.size() + self.overflow())
                told = True
            try:
                return self._pool.get(True, RETRY_S * random.uniform(0.5, 1.5))  # noqa: S311
            except Empty:
                pass
