"""Closes any connection that is checked out for longer than `transaction_timeout_s`.

The waiter gets the error of a lost connection. The server ends a statement that takes too long. But
a server or network that has fallen silent keeps no time-out, and libpq has none for reading. So we
close the line ourselves. We do not cancel through the driver: that would wait for the server too.
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
"""Set in a connection's `info` when we closed it, to tell this from a lost connection."""
_TIMER = "konstruct_hang_up"


def hang_up_after(pool: Pool, seconds: float) -> None:
    """Close each connection that has been checked out for `seconds`."""

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
    # Shut down through a duplicate descriptor: libpq keeps its own, sees the end of the line and
    # closes it itself. The socket may be gone already, if the other side was quicker.
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
