"""The product's module-level SQL statements, of sessions and of `transact` alike."""

import ast
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
    """A statement, by its module and name in the package, with `$1`, `$2` … for its parameters."""

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
    """The clause's SQL with `$1`, `$2` … instead of names."""
    return str(clause.compile(dialect=PGDialect(paramstyle="numeric_dollar")))


def returns(function: ast.FunctionDef | ast.AsyncFunctionDef, what: str) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == what


def prepare(connection: psycopg.Connection, stated: Stated) -> None:
    """Have PostgreSQL prepare it, and deallocate it again."""
    connection.execute(b"PREPARE asked AS " + stated.sql.encode())
    connection.execute("DEALLOCATE asked")


def become(connection: psycopg.Connection, *, system: bool) -> None:
    role = sql.SQL(SYSTEM_ROLE if system else "none")
    connection.execute(sql.SQL("SET ROLE {}").format(role))


def as_application(database: Database, **settings: object) -> psycopg.Connection:
    """A connection as the role that row-level security binds."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return psycopg.connect(database.app_url, autocommit=True, options=options)
