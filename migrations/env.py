"""Runs migrations as the owner of the tables, each in a transaction of its own.

So none holds its locks while the next one works, and a row of them that is broken off goes on with
the one that failed. Two that run at once wait for each other.

The database is the connection given by a caller (`konstruct migrate`, tests), or else the one
`konstruct.schema.owner_database` names; it says in which order it looks.
"""

from alembic import context
from alembic.util import CommandError
from konstruct import schema
from konstruct.database_errors import as_sentence
from konstruct.devstack.data_dir import default_data_dir
from shared.db.roles import APP_ROLE
from shared.errors import KonstructError
from shared.models import Base
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from migrations.parts import is_declared

MIGRATION_LOCK = 7_236_401  # any number, the same for all: two migrations wait for each other


def run(connection: Connection) -> None:
    schema.require_roles(connection)
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.execute(text("SET lock_timeout = '10s'"))
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
