"""Each kind of wall that migrations can raise, on a table made for it.

What no table of ours uses yet is held to what it promises here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from shared.db.engine import async_url
from sqlalchemy import create_engine, pool

from migrations.rls import SeenBy, protect
from tests.support.servers import Database

TENANT, OTHER_TENANT, PERSON, OTHER_PERSON = uuid4(), uuid4(), uuid4(), uuid4()


def raise_wall(database: Database, seen_by: SeenBy = SeenBy.TENANT, **how: Any) -> None:
    """A table with a row for each of two people, and one about nobody, of each of two tenants."""
    engine = create_engine(async_url(database.owner_url), poolclass=pool.NullPool)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context) as operations:
            operations.execute(
                "CREATE TABLE things (tenant_id uuid NOT NULL, user_id uuid, contact_id uuid,"
                " said text NOT NULL DEFAULT 'said', sealed text NOT NULL DEFAULT 'sealed')"
            )
            protect("things", seen_by, **how)
    engine.dispose()
    with psycopg.connect(database.superuser_conninfo, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO things (tenant_id, user_id, contact_id) VALUES (%s, %s, %s)",
            [
                (tenant, *about)
                for tenant in (TENANT, OTHER_TENANT)
                for about in ((PERSON, None), (None, OTHER_PERSON), (None, None))
            ],
        )


@contextmanager
def saying(database: Database, **settings: object) -> Iterator[psycopg.Connection]:
    with (
        psycopg.connect(database.app_url) as connection,
        connection.transaction(force_rollback=True),
    ):
        for setting, value in settings.items():
            said = (f"app.{setting}", str(value))
            connection.execute("SELECT set_config(%s, %s, true)", said)
        yield connection


def seen(database: Database, **settings: object) -> int:
    with saying(database, **settings) as connection:
        row = connection.execute("SELECT count(*) FROM things").fetchone()
        assert row
        return int(row[0])


def test_plain_is_the_tenants(database: Database) -> None:
    raise_wall(database)
    assert seen(database) == seen(database, current_tenant="") == 0
    assert seen(database, current_tenant=TENANT) == 3
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        seen(database, current_tenant="' OR true --")


@pytest.mark.parametrize(
    ("seen_by", "house_sees"), [(SeenBy.STAFF, 3), (SeenBy.STAFF_WITHOUT_HOUSE, 0)]
)
def test_what_is_for_staff_needs_staff_or_where_it_may_the_house(
    database: Database, seen_by: SeenBy, house_sees: int
) -> None:
    raise_wall(database, seen_by)
    assert seen(database, current_tenant=TENANT) == 0
    assert seen(database, current_tenant=TENANT, staff="", house="", person=PERSON) == 0
    assert seen(database, current_tenant=TENANT, staff=uuid4()) == 3
    assert seen(database, current_tenant=TENANT, house="receive") == house_sees
    assert seen(database, staff=uuid4(), house="receive") == 0
    with (
        saying(database, current_tenant=TENANT) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("INSERT INTO things (tenant_id) VALUES (%s)", (TENANT,))


def test_what_is_a_persons_is_seen_by_the_one_it_is_about_and_by_the_house(
    database: Database,
) -> None:
    raise_wall(database, persons=["user_id", "contact_id"])
    assert seen(database, current_tenant=TENANT) == 0
    assert seen(database, current_tenant=TENANT, staff=uuid4()) == 0
    assert seen(database, current_tenant=TENANT, person=PERSON) == 1
    assert seen(database, current_tenant=TENANT, person=OTHER_PERSON) == 1
    assert seen(database, current_tenant=TENANT, person=uuid4()) == 0
    assert seen(database, current_tenant=TENANT, house="receive") == 3
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        seen(database, current_tenant=TENANT, person="' OR true --")
    with (
        saying(database, current_tenant=TENANT, person=PERSON) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(
            "INSERT INTO things (tenant_id, user_id) VALUES (%s, %s)", (TENANT, OTHER_PERSON)
        )


@pytest.mark.parametrize("role", ["app", "owner", "superuser"])
@pytest.mark.parametrize("change", [b"UPDATE things SET said = ''", b"DELETE FROM things"])
def test_what_is_only_added_is_changed_by_nobody(
    database: Database, role: str, change: bytes
) -> None:
    raise_wall(database, append_only=True)
    with saying(database, current_tenant=TENANT) as connection:
        connection.execute("INSERT INTO things (tenant_id) VALUES (%s)", (TENANT,))
    as_whom = {
        "app": database.app_url,
        "owner": database.owner_url,
        "superuser": database.superuser_conninfo,
    }[role]
    with psycopg.connect(as_whom) as connection:
        connection.execute("SELECT set_config('app.current_tenant', %s, true)", (str(TENANT),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(change)
        connection.rollback()


def test_a_column_without_grant_is_written_and_not_read(database: Database) -> None:
    raise_wall(database, readable=["tenant_id", "user_id", "contact_id", "said"])
    with saying(database, current_tenant=TENANT) as connection:
        connection.execute("UPDATE things SET sealed = 'anew'")
        assert connection.execute("SELECT said FROM things").fetchall() == [("said",)] * 3
        for reads in (b"SELECT sealed FROM things", b"UPDATE things SET said = sealed"):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                connection.transaction(),
            ):
                connection.execute(reads)
