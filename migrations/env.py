"""Runs migrations as the owner of the tables, each in a transaction of its own.

So no migration holds its locks while the next one works, and a run that was broken off continues
with the migration that failed. Two runs at once wait for each other.

The database is the connection a caller gives (`konstruct migrate`, tests), or else the one that
`konstruct.schema.owner_database` finds; it documents the order.
"""

import time

from alembic import context
from alembic.util import CommandError
from konstruct import schema
from konstruct.database_errors import as_sentence
from konstruct.devstack.data_dir import default_data_dir
from shared.db.roles import APP_ROLE
from shared.errors import KonstructError, Unavailable
from shared.models import Base
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from migrations.parts import is_declared
from migrations.while_in_use import LOCK_TIMEOUT

MIGRATION_LOCK = 7_236_401  # any number, the same for all: two migrations wait for each other
OTHERS_TAKE_S = 600


def run(connection: Connection) -> None:
    schema.require_roles(connection)
    _wait_for_other_migrations(connection)
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=False,
        include_object=is_declared,
        transaction_per_migration=True,
        on_version_apply=context.config.attributes.get("on_version_apply"),
    )
    try:
        context.run_migrations()
        if inspect(connection).has_table(schema.VERSION_TABLE):
            # So that every process can see whether the tables are the ones it knows.
            connection.execute(text(f"GRANT SELECT ON {schema.VERSION_TABLE} TO {APP_ROLE}"))
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()


def _wait_for_other_migrations(connection: Connection) -> None:
    """By asking again and again: whoever waits for a lock is in a transaction, for whose end the
    index that the other one builds would wait in turn."""
    until = time.monotonic() + OTHERS_TAKE_S
    take = text("SELECT pg_try_advisory_lock(:lock)")
    while not connection.scalar(take, {"lock": MIGRATION_LOCK}):
        connection.rollback()
        if time.monotonic() > until:
            raise Unavailable(
                f"Another migration has been at work on this database for {OTHERS_TAKE_S} s. See "
                "that it ends (pg_stat_activity shows what it does), and migrate again."
            )
        time.sleep(0.2)


def run_on_the_database_named() -> None:
    with (
        schema.owner_database(default_data_dir()) as url,
        schema.owner_engine(url) as engine,
        engine.connect() as connection,
    ):
        run(connection)


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    try:
        run_on_the_database_named()
    except KonstructError as error:
        raise CommandError(error.message) from error
    except OperationalError as error:
        raise CommandError(as_sentence(error).message) from error
