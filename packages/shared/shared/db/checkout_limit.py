"""Nobody holds a database connection longer than a transaction may take.

The server ends a statement that takes too long, but a server or network that has fallen silent
keeps no time-out, and libpq has none for reading. So we hang up ourselves: whoever waits is told
what a lost connection is told, and no cancellation has to find its way through the driver, which
would wait for the server's word on that, too.
"""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from shared.log import get_logger

log = get_logger(__name__)

HUNG_UP = "konstruct_hung_up"
"""In a connection's `info`: it was not lost, but ended by us."""
_TIMER = "konstruct_hang_up"


def hang_up_after(pool: Pool, seconds: float) -> None:
    """End each connection that has been out of the pool for so long."""

    def taken(dbapi_connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        loop = asyncio.get_running_loop()
        entry.info[_TIMER] = loop.call_later(seconds, _hang_up, dbapi_connection, entry)

    def given_back(_: Any, entry: ConnectionPoolEntry) -> None:
        if timer := entry.info.pop(_TIMER, None):
            timer.cancel()

    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)


def _hang_up(dbapi_connection: Any, entry: ConnectionPoolEntry) -> None:
    connection = dbapi_connection.driver_connection
    if connection is None or connection.closed:
        return
    log.warning("database_connection_hung_up")
    entry.info[HUNG_UP] = True
    # A descriptor of our own: libpq keeps its, sees the end of the line, and closes it itself.
    # It may be gone already, when the other side was quicker.
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
