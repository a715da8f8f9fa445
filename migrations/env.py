"""Runs migrations as the owner of the tables.

The database is, in this order: the connection given by a caller (`konstruct migrate`, tests),
`KONSTRUCT_OWNER_DATABASE_URL`, or the one of a `konstruct up` that runs on the data directory.
"""

from alembic import context
from shared.config import get_settings
from shared.db.engine import async_url
from shared.errors import ConfigError
from shared.models import Base
from sqlalchemy import Connection, create_engine, pool, text

MIGRATION_LOCK = 7_236_401  # any number, the same for all: two migrations wait for each other


def owner_url() -> str:
    url = get_settings().owner_database_url
    if not url:
        from konstruct.devstack.data_dir import default_data_dir, running_environment

        running = running_environment(default_data_dir()) or {}
        url = running.get("KONSTRUCT_OWNER_DATABASE_URL")
    if not url:
        raise ConfigError(
            "KONSTRUCT_OWNER_DATABASE_URL is not set and no `konstruct up` runs here. "
            "Start one, or name the database to migrate as its owner."
        )
    return async_url(url)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_server_default=False
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url=owner_url(), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    engine = create_engine(owner_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
