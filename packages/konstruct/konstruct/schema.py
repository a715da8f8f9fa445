"""The database's tables: finds which database they are in, and migrates it.

`konstruct migrate` and `migrations/env.py` both use this, so that both mean the same database.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from shared.config import settings
from shared.db.engine import ENCODING, async_url, forget_libpq
from shared.db.roles import APP_ROLE, OWNER_ROLE, ensure_roles
from shared.db.scopes import SYSTEM_ROLE
from shared.errors import ConfigError
from sqlalchemy import Connection, Engine, create_engine, make_url, pool, text
from sqlalchemy.exc import OperationalError

from konstruct.devstack.data_dir import DataDir, running_environment
from konstruct.devstack.postgres import EmbeddedPostgres

DATABASE = "konstruct"
CONNECT_WITHIN_S = 5
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Revision:
    """One migration: its number and its title."""

    id: str
    about: str


@contextlib.contextmanager
def owner_database(data_dir: Path) -> Iterator[str]:
    """The URL of the database to migrate, valid for the block.

    The first of: KONSTRUCT_OWNER_DATABASE_URL, the `konstruct up` that runs on the directory,
    KONSTRUCT_DATABASE_URL, and the directory's own PostgreSQL, started for the block. Raises
    ConfigError, DevstackError.
    """
    url = (
        settings.database.owner_url
        or (running_environment(data_dir) or {}).get("KONSTRUCT_OWNER_DATABASE_URL")
        or settings.database.url
    )
    if url:
        yield async_url(url)
        return
    data = DataDir(data_dir)
    data.create()
    with data.held("a migration"), EmbeddedPostgres(data.path / "postgres") as postgres:
        secrets = data.secrets()
        ensure_roles(
            postgres.superuser_conninfo(),
            database=DATABASE,
            owner_password=secrets.owner_password,
            app_password=secrets.app_password,
        )
        yield (
            f"postgresql://{OWNER_ROLE}:{secrets.owner_password}"
            f"@{postgres.host}:{postgres.port}/{DATABASE}"
        )


def set_up_roles(
    superuser_url: str, *, database: str, owner_password: str, app_password: str
) -> dict[str, str]:
    """Make the roles and the database on a server; returns the settings that connect to it.

    Raises psycopg.Error.
    """
    url = make_url(async_url(superuser_url))
    ensure_roles(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        database=database,
        owner_password=owner_password,
        app_password=app_password,
    )
    there = url.set(drivername="postgresql", database=database)
    logins = {
        "KONSTRUCT_DATABASE_URL": there.set(username=APP_ROLE, password=app_password),
        "KONSTRUCT_OWNER_DATABASE_URL": there.set(username=OWNER_ROLE, password=owner_password),
    }
    return {name: login.render_as_string(hide_password=False) for name, login in logins.items()}


def without_password(login: str) -> str:
    """The URL without its password, for a log."""
    return make_url(login).render_as_string(hide_password=True)


def require_roles(connection: Connection) -> None:
    """Raise ConfigError if roles that migrations grant to are missing."""
    found = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    missing = [role for role in (APP_ROLE, SYSTEM_ROLE) if role not in found]
    if missing:
        raise ConfigError(
            f"The database server lacks the {'roles' if len(missing) > 1 else 'role'} "
            f"{' and '.join(missing)}. Set the roles up first, as a superuser: "
            "konstruct migrate --superuser-url postgresql://postgres:PASSWORD@HOST/postgres"
        )


def pending(url: str) -> list[Revision]:
    """The migrations to apply, oldest first. Raises SQLAlchemyError."""
    with owner_engine(url) as engine, engine.connect() as connection:
        return pending_on(connection)


def pending_on(connection: Connection) -> list[Revision]:
    """The migrations to apply. Empty if the database is newer than this code, as it is for old
    processes during an upgrade."""
    script = ScriptDirectory.from_config(_config())
    heads = MigrationContext.configure(connection).get_current_heads()
    if not _knows(script, heads):
        return []
    ahead = script.iterate_revisions("heads", heads or "base")
    return [Revision(each.revision, each.doc) for each in reversed(list(ahead))]


def migrate(url: str) -> list[Revision]:
    """Apply what is pending, each migration whole or not at all; returns what was applied.

    Raises ConfigError, SQLAlchemyError.
    """
    applied: list[Revision] = []
    config = _config()
    with owner_engine(url) as engine, engine.connect() as connection:
        _refuse_if_newer(connection)
        config.attributes["connection"] = connection
        config.attributes["on_version_apply"] = _noting(applied)
        try:
            upgrade(config, "head")
        except CommandError as error:
            raise ConfigError(f"The migrations cannot be applied: {error}") from error
    return applied


def refuse_if_newer(url: str) -> None:
    """Raise ConfigError if a newer Konstruct has migrated this database. Changes nothing. A
    database that does not exist is not newer."""
    with owner_engine(async_url(url)) as engine:
        try:
            connection = engine.connect()
        except OperationalError:
            return  # there is no such database yet, or migrating it gives a better error
        with connection:
            _refuse_if_newer(connection)


def _refuse_if_newer(connection: Connection) -> None:
    script = ScriptDirectory.from_config(_config())
    heads = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()  # alembic begins a transaction of its own
    if not _knows(script, heads):
        raise ConfigError(
            f"The database is newer than this Konstruct: it is at migration {', '.join(heads)}, "
            f"and the last one known here is {script.get_current_head()}. Run the newer version; "
            "migrations are not taken back."
        )


def _knows(script: ScriptDirectory, heads: tuple[str, ...]) -> bool:
    return set(heads) <= {known.revision for known in script.walk_revisions()}


def _noting(applied: list[Revision]) -> Callable[..., None]:
    def note(*, step: Any, **_: object) -> None:
        applied.extend(Revision(each.revision, each.doc) for each in step.up_revisions)

    return note


@contextlib.contextmanager
def owner_engine(url: str) -> Iterator[Engine]:
    forget_libpq()
    engine = create_engine(
        url,
        poolclass=pool.NullPool,
        connect_args={"connect_timeout": CONNECT_WITHIN_S, "client_encoding": ENCODING},
    )
    try:
        yield engine
    finally:
        engine.dispose()


def _config() -> Config:
    """Alembic's configuration, from beside this module (in a wheel) or from the repository."""
    here = Path(__file__).resolve()
    for home in (here.parent / "database", *here.parents[3:4]):
        ini = home / "alembic.ini"
        if ini.is_file():
            return Config(ini)
    raise ConfigError(
        "The migrations are missing from this installation. Install Konstruct again, or run this "
        "from its repository."
    )
