"""Turns PostgreSQL's errors into sentences that say what to do."""

import psycopg
from psycopg import errors
from shared.db.connection_room import has_no_room
from shared.errors import ConfigError, KonstructError, Unavailable
from sqlalchemy.exc import SQLAlchemyError

DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error)
"""SQLAlchemy passes on the driver's own errors when a transaction begins."""


def as_sentence(error: SQLAlchemyError | psycopg.Error) -> KonstructError:
    """The error to raise instead."""
    cause = error if isinstance(error, psycopg.Error) else getattr(error, "orig", None)
    match cause:
        case errors.UndefinedTable() | errors.UndefinedColumn():
            return ConfigError(
                "The database has not got all of Konstruct's tables. Run `konstruct migrate`."
            )
        case errors.InsufficientPrivilege():
            return ConfigError(
                f"The database role may not do this: {first_line(cause)}. Connect as "
                "konstruct_app, and as konstruct_owner to migrate; "
                "`konstruct migrate --superuser-url URL` sets both up."
            )
        case errors.UndefinedObject() if "role" in str(cause):
            return ConfigError(
                f"The database lacks a role: {first_line(cause)}. "
                "Set the roles up with `konstruct migrate --superuser-url URL`."
            )
        case errors.LockNotAvailable():
            return Unavailable(f"The database is busy: {first_line(cause)}.")
        case psycopg.OperationalError() if has_no_room(cause):
            return Unavailable(
                "PostgreSQL has no room for one more connection. `konstruct doctor` says how many "
                "there may be: raise max_connections, or lower KONSTRUCT_DATABASE_POOL_SIZE."
            )
        case psycopg.OperationalError():
            return Unavailable(
                f"The database cannot be used: {first_line(cause)}. See that PostgreSQL runs and "
                "that KONSTRUCT_DATABASE_URL is right; `konstruct doctor` looks into it."
            )
    return Unavailable(f"The database refused: {first_line(cause or error)}.")


def first_line(error: BaseException) -> str:
    """The first line of the server's message, without full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")
