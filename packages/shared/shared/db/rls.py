"""Row-level security: every transaction says its scope when it begins.

The scope (`scopes.py`) is in the execution options of the transaction's connection. Policies
compare rows with the settings that the scope sets. A transaction without a scope sets nothing, and
sees nothing.

The settings are sent when the transaction begins and not in a cursor hook. There, a cancelled
statement could return a connection to the pool with its transaction open (SQLAlchemy #13381).
"""

from contextvars import ContextVar
from uuid import UUID

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.checkout_limit import HUNG_UP
from shared.db.scopes import Scope, TenantScope, saying

SCOPE_OPTION = "konstruct_scope"

current_tenant_id: ContextVar[UUID | str | None] = ContextVar("current_tenant_id", default=None)
"""Tenant of database work without a `TenantSession`, which has its own."""

STALE_CONNECTIONS = 100
"""How many broken pooled connections a beginning transaction may try before it gives up. After a
restart of PostgreSQL all of them are broken, and nothing has happened in it yet."""


def configure_rls_hook(engine: AsyncEngine | Engine) -> None:
    """Make every transaction of `engine` begin with its scope. Safe to call twice."""
    sync_engine = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    if not event.contains(sync_engine, "begin", _say_whose):
        event.listen(sync_engine, "begin", _say_whose)


def _say_whose(connection: Connection) -> None:
    statements = []
    if getattr(connection.connection.driver_connection, "autocommit", False):
        statements.append("BEGIN")  # sent with the scope, in one round trip instead of two
    scope: Scope | None = connection.get_execution_options().get(SCOPE_OPTION) or _ambient()
    if scope is not None:
        statements.append(saying(scope.SETTINGS, map(_quoted, scope.values())))
    if statements:
        _execute(connection, "; ".join(statements))


def _ambient() -> TenantScope | None:
    tenant = current_tenant_id.get()
    return None if tenant is None else TenantScope(UUID(str(tenant)))


def _quoted(value: UUID | str) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _execute(connection: Connection, statement: str) -> None:
    # The driver's own cursor: SQLAlchemy's `execute` would begin the transaction again from here.
    driver_error = connection.dialect.loaded_dbapi.Error
    for tries_left in range(STALE_CONNECTIONS, -1, -1):
        driver_connection = connection.connection  # a new one after a broken one
        try:
            cursor = driver_connection.cursor()
            try:
                cursor.execute(statement)
            finally:
                cursor.close()
            return
        except driver_error as error:
            # SQLAlchemy translates errors of its own statements and drops broken connections. For
            # the driver's cursor we do both here.
            broken = connection.dialect.is_disconnect(error, driver_connection, None)
            may_be_stale = broken and HUNG_UP not in connection.info
            if broken:
                connection.invalidate(error)
            if may_be_stale and tries_left:
                continue
            raise DBAPIError.instance(
                statement,
                None,
                error,
                driver_error,
                connection_invalidated=broken,
                dialect=connection.dialect,
            ) from error
