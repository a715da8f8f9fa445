"""Sends a whole transaction in one round trip, for the hot path of every message.

A session sends a transaction statement by statement; each costs a round trip and some 0.4 ms of
CPU. Here all statements leave together. So no statement can use another's result in Python;
decisions between statements are made in SQL. Each statement has its own snapshot: it sees what the
earlier ones did, and what others committed before it got a lock. PostgreSQL treats everything up to
one Sync as one transaction, and commits all of it or nothing.

It uses libpq directly (`psycopg.pq`), because psycopg's cursors cost as much as a statement each.
"""

import asyncio
import select
from collections.abc import Sequence
from itertools import count
from typing import Any, cast, get_args
from uuid import UUID

from psycopg import AsyncConnection, errors
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from shared.config import settings
from shared.db.engine import get_engine
from shared.db.rls import STALE_CONNECTIONS
from shared.db.scopes import Scope, saying

Row = tuple[Any, ...]
Parameter = str | int | float | UUID | None

BEYOND_STATEMENTS_S = 5.0
"""Time the transaction may take in addition to `statement_timeout_s`."""
_PREPARED = "konstruct_prepared"
_numbers = count(1)


class Statement:
    """SQL with `$1`, `$2` …, prepared once per connection. Make each once per process."""

    def __init__(self, sql: str) -> None:
        self.sql = sql.encode()
        self.name = b"konstruct_%d" % next(_numbers)

    def __call__(self, *parameters: Parameter) -> "Call":
        return self, [_encoded(parameter) for parameter in parameters]


Call = tuple[Statement, list[bytes | None]]

_SAY: dict[type[Scope], Statement] = {
    kind: Statement(saying(kind.SETTINGS, (f"${n}" for n, _ in enumerate(kind.SETTINGS, 1))))
    for kind in get_args(Scope)
}


async def transact(scope: Scope, *calls: Call, afterwards: Call | None = None) -> list[list[Row]]:
    """Run `calls` as one transaction in this scope; return the rows of each call, in order.

    The rows of `afterwards` come last: it runs after the commit, and sees the transaction and
    whatever others committed before it.

    Raises SQLAlchemy's errors, as sessions do. If the connection is lost or the task is cancelled
    on the way, the transaction may or may not have been committed.
    """
    say = _SAY[type(scope)](*scope.values())
    transactions = [(say, *calls)]
    if afterwards is not None:
        transactions.append((say, afterwards))
    return await _all_transacted(transactions)


async def _all_transacted(transactions: Sequence[Sequence[Call]]) -> list[list[Row]]:
    try:
        pooled = await _checked_out()
        try:
            rows = await _transact(pooled, transactions)
        except BaseException:
            # The connection's state is unknown now, so it is thrown away.
            await greenlet_spawn(pooled.invalidate)
            raise
        await greenlet_spawn(pooled.close)
    except errors.Error as error:
        dialect = get_engine().dialect
        raise DBAPIError.instance(None, None, error, errors.Error, dialect=dialect) from error
    return [result for transaction in rows for result in transaction[1:]]


async def _checked_out() -> PoolProxiedConnection:
    """Check out a pooled connection that is still open. After a restart of PostgreSQL all idle ones
    are closed. An idle server sends nothing, so a connection with data to read has said
    good-bye."""
    engine = get_engine()
    for _ in range(STALE_CONNECTIONS):
        pooled = await engine.raw_connection()
        connection = cast(AsyncConnection[Any], pooled.driver_connection)
        if not _has_something_to_read(connection.pgconn.socket):
            break
        await greenlet_spawn(pooled.invalidate)
    return pooled


def _has_something_to_read(socket: int) -> bool:
    polling = select.poll()  # `select` itself fails for descriptors above 1,023
    polling.register(socket, select.POLLIN)
    return bool(polling.poll(0))


async def _transact(
    pooled: PoolProxiedConnection, transactions: Sequence[Sequence[Call]]
) -> list[list[list[Row]]]:
    """The rows of each call of each transaction. Raises the first error."""
    prepared: set[bytes] = pooled.info.setdefault(_PREPARED, set())
    connection = cast(AsyncConnection[Any], pooled.driver_connection)
    try:
        return await _send(connection, transactions, prepared)
    except _Forgotten:
        return await _send(connection, transactions, prepared)


class _Forgotten(Exception):
    """The server no longer has a prepared statement; nothing was done. This happens because psycopg
    deallocates all of them when a session rolls back; the first transaction is the first to miss
    one."""


async def _send(
    connection: AsyncConnection[Any], transactions: Sequence[Sequence[Call]], prepared: set[bytes]
) -> list[list[list[Row]]]:
    fresh = {
        statement.name: statement
        for calls in transactions
        for statement, _ in calls
        if statement.name not in prepared
    }
    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    for statement in fresh.values():
        pgconn.send_prepare(statement.name, statement.sql)
    for calls in transactions:
        for statement, parameters in calls:
            pgconn.send_query_prepared(statement.name, parameters)
        pgconn.pipeline_sync()
    async with asyncio.timeout(settings.database.statement_timeout_s + BEYOND_STATEMENTS_S):
        answers = [await _answered(pgconn) for _ in transactions]
    pgconn.exit_pipeline_mode()
    for number, results in enumerate(answers):
        for result in results:
            if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                error = errors.error_from_result(result)
                if isinstance(error, errors.InvalidSqlStatementName) and number == 0:
                    prepared.clear()
                    prepared.update(fresh)  # these were prepared before the error
                    raise _Forgotten from error
                raise error
    prepared.update(fresh)
    answers[0] = answers[0][len(fresh) :]
    return [[_rows(connection, result) for result in results] for results in answers]


async def _answered(pgconn: PGconn) -> list[PGresult]:
    """Send what is queued and gather the results up to the Sync."""
    loop, socket = asyncio.get_running_loop(), pgconn.socket
    something = asyncio.Event()
    results: list[PGresult] = []
    loop.add_reader(socket, something.set)
    try:
        while pgconn.flush():  # the kernel's buffer is full
            loop.add_writer(socket, something.set)
            await something.wait()
            something.clear()
            pgconn.consume_input()
        loop.remove_writer(socket)
        while True:
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    continue  # None between two statements' results
                if result.status == ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)
            await something.wait()
            something.clear()
            pgconn.consume_input()
    finally:
        loop.remove_reader(socket)
        loop.remove_writer(socket)


def _rows(connection: AsyncConnection[Any], result: PGresult) -> list[Row]:
    if not result.ntuples:
        return []
    reading = Transformer(connection)
    reading.set_pgresult(result)
    return reading.load_rows(0, result.ntuples, tuple)


def _encoded(parameter: Parameter) -> bytes | None:
    """The parameter in PostgreSQL's text format."""
    if parameter is None:
        return None
    text = str(parameter).encode()
    if b"\0" in text:  # libpq would end the text there
        raise ValueError("PostgreSQL stores no NUL in text")
    return text
