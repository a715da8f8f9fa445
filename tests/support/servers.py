"""A real PostgreSQL and Valkey for one test run, and a database of its own for every test.

The template database is made once, by the real roles and migrations; a copy takes about 20 ms in
memory (`scratch.py`) and ten times as long on a disk.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from konstruct.devstack.postgres import EmbeddedPostgres
from konstruct.devstack.valkey import EmbeddedValkey
from psycopg import sql
from shared.config import get_settings
from shared.db.engine import async_url, dispose_engine
from shared.db.roles import APP_ROLE, OWNER_ROLE, ensure_roles
from shared.keyrings import PrivateKey
from shared.valkey.client import close_redis
from sqlalchemy import create_engine, pool

ROOT = Path(__file__).parents[2]
SIGNING_KEY = "the signing key of tests, which nothing else shall ever use"
WORKERS_KEY = PrivateKey(sha256(b"the workers' key of tests").digest())
VERIFY_KEY = PrivateKey(sha256(b"the verify key of tests").digest())
TEMPLATE = "konstruct_template"
OWNER_PASSWORD = "owner of tests"
APP_PASSWORD = "application of tests"
TESTS_DB, STACK_DB = 1, 0
"""Valkey's databases: one is emptied before every test, the other is for running processes."""


@dataclass(frozen=True)
class Database:
    """A database, and the connection strings of each role."""

    name: str
    host: str
    port: int
    superuser_conninfo: str
    """A role that row-level security does not bind: for looking, never for the application."""

    def url(self, role: str = APP_ROLE, password: str = APP_PASSWORD) -> str:
        return f"postgresql://{role}:{quote(password)}@{self.host}:{self.port}/{self.name}"

    @property
    def app_url(self) -> str:
        return self.url()

    @property
    def owner_url(self) -> str:
        return self.url(OWNER_ROLE, OWNER_PASSWORD)


class Servers:
    """Both servers, started together, stopped together."""

    def __init__(self, directory: Path) -> None:
        self.postgres = EmbeddedPostgres(directory / "postgres", fsync=False)
        self.valkey = EmbeddedValkey(directory / "valkey")
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.postgres)
            starting.enter_context(self.valkey)
            self._make_template()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def redis_url(self, number: int = TESTS_DB) -> str:
        return self.valkey.url.removesuffix("/0") + f"/{number}"

    def environment(self, database: Database, *, valkey_db: int = TESTS_DB) -> dict[str, str]:
        """The settings for a process that works on this database."""
        return {
            "KONSTRUCT_DATABASE_URL": database.app_url,
            "KONSTRUCT_OWNER_DATABASE_URL": database.owner_url,
            "KONSTRUCT_REDIS_URL": self.redis_url(valkey_db),
            "KONSTRUCT_SIGNING_KEY": SIGNING_KEY,
            "KONSTRUCT_SECRETS_KEYS": WORKERS_KEY.written(),
            "KONSTRUCT_SECRETS_SEAL_TO": str(WORKERS_KEY.public),
            "KONSTRUCT_VERIFY_KEYS": VERIFY_KEY.written(),
        }

    def database(self, name: str) -> Database:
        return Database(
            name=name,
            host=self.postgres.host,
            port=self.postgres.port,
            superuser_conninfo=self.postgres.superuser_conninfo(name),
        )

    def create_database(self, *, migrated: bool = True) -> Database:
        """A new database: with our tables and no rows, or entirely empty."""
        name = f"test_{uuid4().hex[:12]}"
        self._as_superuser(
            "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY",
            name,
            OWNER_ROLE,
            TEMPLATE if migrated else "template0",
        )
        return self.database(name)

    def drop_database(self, database: Database) -> None:
        self._as_superuser("DROP DATABASE {} WITH (FORCE)", database.name)

    def _make_template(self) -> None:
        ensure_roles(
            self.postgres.superuser_conninfo(),
            database=TEMPLATE,
            owner_password=OWNER_PASSWORD,
            app_password=APP_PASSWORD,
        )
        migrate(self.database(TEMPLATE))

    def _as_superuser(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.postgres.superuser_conninfo(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def migrate(database: Database, revision: str = "head", *, down: bool = False) -> None:
    """Run our migrations as the owner of the tables."""
    engine = create_engine(async_url(database.owner_url), poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            config = Config(ROOT / "alembic.ini")
            config.attributes["connection"] = connection
            (command.downgrade if down else command.upgrade)(config, revision)
    finally:
        engine.dispose()


@asynccontextmanager
async def working_with(
    environment: Mapping[str, str], settings: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Make these settings this process's own; close what was opened with them on this loop."""
    for name, value in environment.items():
        settings.setenv(name, value)
    get_settings.cache_clear()
    yield
    await close_redis()
    await dispose_engine()
