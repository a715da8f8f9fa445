"""How many connections an installation opens at most, and what happens when PostgreSQL has no room.

Each process opens `KONSTRUCT_DATABASE_POOL_SIZE` at most. `wanted` is the one sum: `konstruct up`
starts PostgreSQL with it, `konstruct doctor` holds it against what there is, docs/sizing.md and
`benchmarks.million` reckon with it.
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
"""Kept free of pools: for migrations, commands, doctor, somebody's psql, and PostgreSQL's own three
for its superuser."""
PROCESSES_OF_UP = 16
"""For how many gateways and workers together the PostgreSQL of `konstruct up` has room."""
RETRY_S = 0.2

NAME = "konstruct"
_NO_ROOM = "53300"
_NO_ROOM_SAYS = (
    "too many clients",
    "too many connections for",
    "remaining connection slots are reserved",
    "no more connections allowed",  # PgBouncer
)
"""Of a connection that was refused libpq tells the words and not the code."""


def wanted(processes: int, pool_size: int) -> int:
    """What `max_connections` must be, for so many gateways and workers together."""
    return processes * pool_size + BESIDE_POOLS


def process_name() -> str:
    """Of this process, as PostgreSQL shows it (`application_name`, 63 characters at most)."""
    return f"{NAME} {os.getpid()} {socket.gethostname()}"[:63]


def has_no_room(error: BaseException) -> bool:
    """Whether the server refused a connection because it has as many as it may."""
    said = str(error)
    return getattr(error, "sqlstate", None) == _NO_ROOM or any(it in said for it in _NO_ROOM_SAYS)


class PatientPool(AsyncAdaptedQueuePool):
    """Whoever finds no connection stands in line, and nobody gets one past those who do.

    SQLAlchemy's own gives a connection that comes back to whoever asks next, which under load is
    the one who gave it back; the others time out. Where PostgreSQL has no room for one more, the
    first in line waits for one of ours that comes back, or until the server has room. Standing in
    line and being its first have the pool's time-out each.
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
