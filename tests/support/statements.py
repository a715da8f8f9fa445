"""The statements of the product that are made once, in the open: those of sessions and of whole
transactions alike."""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import gateway
import konstruct
import orchestrator
import psycopg
import shared
from psycopg import sql
from shared.db.pipelined import Statement
from shared.db.scopes import SYSTEM_ROLE
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.base import PGDialect

from tests.support.servers import Database

PACKAGES = (shared, gateway, orchestrator, konstruct)
RUNS_WHEN_IMPORTED = ".__main__"


@dataclass(frozen=True)
class Stated:
    """A statement, by its module and name in the package, with `$1`, `$2` … as parameters."""

    name: str
    sql: str


def statements() -> Iterator[Stated]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(RUNS_WHEN_IMPORTED):
                yield from _of_module(module.name)


def _of_module(module: str) -> Iterator[Stated]:
    for name, value in vars(import_module(module)).items():
        if isinstance(value, Statement):
            yield Stated(f"{module}.{name}".removeprefix("shared."), value.sql.decode())
        elif isinstance(value, TextClause):
            yield Stated(f"{module}.{name}".removeprefix("shared."), _numbered(value))


def _numbered(clause: TextClause) -> str:
    """With `$1`, `$2` … instead of names."""
    return str(clause.compile(dialect=PGDialect(paramstyle="numeric_dollar")))


def prepared(connection: psycopg.Connection, stated: Stated, *, as_system: bool = False) -> int:
    """Have PostgreSQL read it as `asked`; how many parameters it found."""
    role = SYSTEM_ROLE if as_system else "none"
    connection.execute(sql.SQL("SET ROLE {}").format(sql.SQL(role)))
    connection.execute(b"PREPARE asked AS " + stated.sql.encode())
    row = connection.execute(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'"
    ).fetchone()
    assert row
    return int(row[0])


def forget(connection: psycopg.Connection) -> None:
    connection.execute("DEALLOCATE asked")


def as_application(database: Database, **settings: object) -> psycopg.Connection:
    """A connection as the role that row-level security binds."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return psycopg.connect(database.app_url, autocommit=True, options=options)
