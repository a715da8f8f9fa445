"""Row-level security: every transaction says at its begin whose rows it may see.

A transaction is of one of three kinds, told by the execution options of its connection:

- of a tenant: `app.current_tenant` is set for the transaction; policies compare `tenant_id` to it;
- of the system: the transaction runs as `konstruct_system`, whose policies see all tenants;
- of nobody: nothing is set, and every policy sees nothing.

The tenant is set at transaction begin, not in a cursor hook: there, a cancelled statement could
return a connection to the pool with its transaction open (SQLAlchemy #13381).
"""

from contextvars import ContextVar
from uuid import UUID

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.checkout_limit import HUNG_UP

TENANT_OPTION = "konstruct_tenant"
SYSTEM_OPTION = "konstruct_system"
SYSTEM_ROLE = "konstruct_system"

current_tenant_id: ContextVar[UUID | str | None] = ContextVar("current_tenant_id", default=None)
"""Tenant of database work done without a `TenantSession`, which brings its own."""

STALE_CONNECTIONS = 100
"""Pooled connections that may be found broken, as all are when PostgreSQL has restarted, before a
transaction gives up beginning; nothing has happened in it yet."""


def configure_rls_hook(engine: AsyncEngine | Engine) -> None:
    """Make every transaction of `engine` begin by saying whose it is. Safe to call twice."""
    sync_engine = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    if not event.contains(sync_engine, "begin", _say_whose):
        event.listen(sync_engine, "begin", _say_whose)


def _say_whose(connection: Connection) -> None:
    options = connection.get_execution_options()
    statements = []
    if getattr(connection.connection.driver_connection, "autocommit", False):
        statements.append("BEGIN")  # with the rest, in one round trip instead of two
    tenant = options.get(TENANT_OPTION) or current_tenant_id.get()
    if options.get(SYSTEM_OPTION):
        statements.append(f"SET LOCAL ROLE {SYSTEM_ROLE}")
    elif tenant is not None:
        # A UUID's own text form: nothing else can reach the statement.
        tenant_id = UUID(str(tenant))
        statements.append(f"SELECT set_config('app.current_tenant', '{tenant_id}', true)")
    if statements:
        _execute(connection, "; ".join(statements))


def _execute(connection: Connection, statement: str) -> None:
    # On the driver's cursor: the transaction is just beginning, and SQLAlchemy's own `execute`
    # would begin it once more.
    driver_error = connection.dialect.loaded_dbapi.Error
    for tries_left in range(STALE_CONNECTIONS, -1, -1):
        driver_connection = connection.connection  # another one after one that broke
        try:
            cursor = driver_connection.cursor()
            try:
                cursor.execute(statement)
            finally:
                cursor.close()
            return
        except driver_error as error:
            # SQLAlchemy turns errors of its own statements into its own kind, and forgets a
            # connection that broke; for the driver's cursor both are ours to do.
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
