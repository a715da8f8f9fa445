"""The engine: one per event loop, made at first use. Refused if its role bypasses row-level
security."""

import asyncio
import time
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.config import Settings, settings
from shared.db.checkout_limit import hang_up_after
from shared.db.connection_room import PatientPool, process_name
from shared.db.rls import configure_rls_hook
from shared.db.scopes import SYSTEM_ROLE
from shared.environment import forget
from shared.errors import ConfigError, Unavailable
from shared.log import get_logger
from shared.outages import DATABASE_AWAY
from shared.telemetry.metrics import watch_pool

log = get_logger(__name__)

START_WITHIN_S = 30.0
ENCODING = "UTF8"
"""Encoding of every connection and of the database. `transact` sends bytes, so another one would
corrupt text."""
PLANNING = {"plan_cache_mode": "force_generic_plan", "enable_bitmapscan": "off"}
"""Generic plans, because our statements find rows by key and planning each time costs 0.4 ms. No
bitmap scans, because they lose the order: for the newest sixty messages PostgreSQL would read and
sort the whole conversation."""

_engines: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncEngine] = WeakKeyDictionary()


def get_engine() -> AsyncEngine:
    """The running loop's engine. A pooled connection belongs to the loop that opened it."""
    loop = asyncio.get_running_loop()
    engine = _engines.get(loop)
    if engine is None:
        engine = _engines[loop] = create_engine(settings)
    return engine


async def dispose_engine() -> None:
    """Close the running loop's engine, if it has one."""
    engine = _engines.pop(asyncio.get_running_loop(), None)
    if engine is not None:
        await engine.dispose()


def create_engine(settings: Settings) -> AsyncEngine:
    """An engine on which every wait is bounded and every transaction says its scope.

    Only the URL says where and how it connects. libpq's environment variables are ignored.
    """
    forget_libpq()
    statement_timeout_ms = int(settings.database.statement_timeout_s * 1000)
    url = async_url(settings.database.require_url())
    connect_args: dict[str, object] = {}
    on_the_server = PLANNING | {
        "statement_timeout": str(statement_timeout_ms),
        "idle_in_transaction_session_timeout": str(statement_timeout_ms),
    }
    if "+psycopg" in url:
        connect_args = {
            "async_creator_fn": _opened,
            "connect_timeout": max(1, int(settings.database.connect_timeout_s)),
            # Our hook sends BEGIN itself, together with the scope.
            "autocommit": True,
            # If psycopg prepared statements, it would send DEALLOCATE ALL at each ROLLBACK. That
            # would drop the statements of `transact`, which assumes that the connection still has
            # them.
            "prepare_threshold": None,
            "options": " ".join(f"-c {name}={value}" for name, value in on_the_server.items()),
            "client_encoding": ENCODING,
            "application_name": process_name(),
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": statement_timeout_ms + 5000,
        }
    engine = create_async_engine(
        url,
        poolclass=PatientPool,
        pool_size=settings.database.pool_size,
        max_overflow=0,
        pool_timeout=settings.database.pool_timeout_s,
        pool_pre_ping=False,
        pool_use_lifo=True,
        connect_args=connect_args,
    )
    configure_rls_hook(engine)
    hang_up_after(engine.sync_engine.pool, settings.database.transaction_timeout_s)
    watch_pool(
        engine.pool,
        "postgresql",
        size=settings.database.pool_size,
        in_use=lambda pool: pool.checkedout(),
        waiting=lambda pool: pool.waiting,
    )
    return engine


async def _opened(*arguments: Any, **options: Any) -> AsyncConnection[Any]:
    """Open a connection. If the caller is cancelled, the connection is still opened and then
    closed. psycopg would leave it half open for the garbage collector, and PostgreSQL waits a
    minute for such a client."""
    opening = asyncio.ensure_future(AsyncConnection.connect(*arguments, **options))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    except Exception as error:
        raise error.with_traceback(None) from None  # see below
    finally:
        del opening  # which keeps that traceback too


def _close_unwanted(opening: "asyncio.Future[AsyncConnection[Any]]") -> None:
    if opening.cancelled():
        return
    if (error := opening.exception()) is None:
        opening.result().pgconn.finish()
    else:
        # psycopg's frame holds both the error and the half-open connection. The error holds that
        # frame, and the circle would keep the line open until the garbage collector comes, which
        # may take minutes.
        error.__traceback__ = None


def forget_libpq() -> None:
    """Drop libpq's variables (PGSSLMODE, PGCLIENTENCODING …) before connecting. They are meant for
    other programs, and libpq uses them for everything a URL leaves out."""
    forget("PG")


def async_url(url: str) -> str:
    """The URL, `postgresql://…` in any common spelling, with our driver named."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


async def await_wall(engine: AsyncEngine) -> None:
    """Wait, within bounds, until the database answers; then check that row-level security binds us.

    Raises ConfigError if it does not, and Unavailable with the last error if no answer comes.
    """
    give_up_at = time.monotonic() + START_WITHIN_S
    while True:
        try:
            await refuse_if_wall_is_bypassed(engine)
            return
        except DATABASE_AWAY as error:
            reason = reason_of(error)
            if time.monotonic() > give_up_at:
                raise Unavailable(
                    f"The database did not answer for {START_WITHIN_S:.0f} s: {reason}. See that "
                    "PostgreSQL runs and that KONSTRUCT_DATABASE_URL is right."
                ) from error
            log.warning("database_not_ready", error=type(error).__name__, reason=reason)
            await asyncio.sleep(0.5)


def reason_of(error: BaseException) -> str:
    """The first line of the server's or libpq's message, without full stop. It holds no
    password."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return said.splitlines()[0].strip().rstrip(".")


async def refuse_if_wall_is_bypassed(engine: AsyncEngine) -> None:
    """Raise ConfigError if row-level security does not bind the engine's role.

    Also if the database's encoding cannot hold every character. Refused roles: a superuser, a role
    with BYPASSRLS, an owner of tables, a role that may become one of these, and a role that
    inherits the system role's rights instead of having to SET ROLE.
    """
    async with engine.connect() as connection:
        role = (
            await connection.execute(
                text(
                    """
                    WITH owners AS (
                        SELECT DISTINCT c.relowner AS oid FROM pg_class c
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public')
                    SELECT r.rolname AS name, r.rolsuper, r.rolbypassrls,
                           r.oid IN (SELECT oid FROM owners) AS owns_tables,
                           current_setting('server_encoding') AS keeps,
                           current_setting('client_encoding') AS speaks,
                           (SELECT min(s.rolname::text) FROM pg_roles s
                            WHERE s.oid <> r.oid AND pg_has_role(r.oid, s.oid, 'MEMBER')
                              AND (s.rolsuper OR s.rolbypassrls
                                   OR s.oid IN (SELECT oid FROM owners))
                           ) AS may_become,
                           EXISTS (SELECT FROM pg_roles s WHERE s.rolname = :system) AS has_system,
                           COALESCE((SELECT pg_has_role(r.oid, s.oid, 'USAGE')
                                     FROM pg_roles s WHERE s.rolname = :system), false) AS inherits,
                           COALESCE((SELECT pg_has_role(r.oid, s.oid, 'SET')
                                     FROM pg_roles s WHERE s.rolname = :system), false) AS may_set
                    FROM pg_roles r WHERE r.rolname = current_user
                    """
                ),
                {"system": SYSTEM_ROLE},
            )
        ).one()
    why = (
        "is a superuser"
        if role.rolsuper
        else "has BYPASSRLS"
        if role.rolbypassrls
        else "owns tables"
        if role.owns_tables
        else f"may become {role.may_become}"
        if role.may_become
        else f"inherits {SYSTEM_ROLE} (grant it WITH INHERIT FALSE, SET TRUE)"
        if role.inherits
        else None
    )
    if why:
        raise ConfigError(
            f"KONSTRUCT_DATABASE_URL connects as {role.name!r}, which {why}: row-level security "
            "would not keep tenants apart. Connect as konstruct_app; `konstruct migrate --help` "
            "tells how it is set up."
        )
    if {role.keeps, role.speaks} != {ENCODING}:
        raise ConfigError(
            f"The database keeps text as {role.keeps} and the connection speaks {role.speaks}: "
            f"words would be lost. Make one with ENCODING '{ENCODING}'; `konstruct migrate "
            "--superuser-url URL` does."
        )
    if not role.has_system or not role.may_set:
        raise ConfigError(
            f"The role {role.name!r} may not become {SYSTEM_ROLE}, which log-in and the sweep "
            "need. `konstruct migrate --superuser-url URL` sets the roles up."
        )
