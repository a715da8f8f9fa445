"""The three database roles. They are made when a database is set up, never by a migration.

- `konstruct_owner` owns the tables and runs migrations; row-level security is forced on it too.
- `konstruct_app` is the role every process connects as; it owns nothing and bypasses nothing.
- `konstruct_system` sees all tenants. The application may become it (SET ROLE) but does not inherit
  it: with a plain grant, every policy TO konstruct_system would also apply to the application.
"""

import psycopg
from psycopg import sql

from shared.db.engine import ENCODING, forget_libpq
from shared.db.scopes import SYSTEM_ROLE

OWNER_ROLE = "konstruct_owner"
APP_ROLE = "konstruct_app"
MIN_SERVER_VERSION = 160000
_UTF8_AT_ALL_EVENTS = f" ENCODING '{ENCODING}' LOCALE 'C' TEMPLATE template0"
"""For a server whose default encoding is another one; its locale may not fit UTF-8."""


def ensure_roles(
    superuser_conninfo: str,
    *,
    database: str = "konstruct",
    owner_password: str,
    app_password: str,
) -> None:
    """Create roles and database where missing, and set both passwords. Idempotent.

    `superuser_conninfo` must be a role that may create roles and databases, connected to any
    database of the server. Raises psycopg.Error.
    """
    forget_libpq()
    with psycopg.connect(
        superuser_conninfo, autocommit=True, client_encoding=ENCODING
    ) as connection:
        if connection.info.server_version < MIN_SERVER_VERSION:
            raise psycopg.NotSupportedError("Konstruct needs PostgreSQL 16 or newer")
        for role, password in ((OWNER_ROLE, owner_password), (APP_ROLE, app_password)):
            _ensure_role(connection, role)
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
        _ensure_role(connection, SYSTEM_ROLE)
        connection.execute(
            sql.SQL("ALTER ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(
                sql.Identifier(SYSTEM_ROLE)
            )
        )
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
                sql.Identifier(SYSTEM_ROLE), sql.Identifier(APP_ROLE)
            )
        )
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (database,)
        ).fetchone()
        if not exists:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}{}").format(
                    sql.Identifier(database),
                    sql.Identifier(OWNER_ROLE),
                    sql.SQL("" if _is_utf8(connection) else _UTF8_AT_ALL_EVENTS),
                )
            )


def _is_utf8(connection: psycopg.Connection) -> bool:
    """Whether a database created with the server's defaults is in UTF-8."""
    found = connection.execute(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'"
    ).fetchone()
    return found == (ENCODING,)


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
