"""An installation of the version before: its rows go up, down and up again as they are.

`dumps/019.sql` is what pg_dump made of one: two businesses with their people, answers that were
given, stopped, failed and given after all, runs in every state, invitations, log-ins.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.servers import Database, Servers, migrate

BEFORE, DUMP = "019", Path(__file__).with_name("dumps") / "019.sql"
RENAMED = {("channel_connections", "workspace_id"): "external_key"}

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def installation(servers: Servers) -> Iterator[Database]:
    database = servers.create_database(migrated=False)
    with psycopg.connect(database.superuser_conninfo, autocommit=True) as connection:
        connection.execute(DUMP.read_bytes())
    yield database
    servers.drop_database(database)


def rows(database: Database) -> Rows:
    """Of every table that has any, but for the parents, whose rows are their parts'."""
    with psycopg.connect(
        database.superuser_conninfo, row_factory=psycopg.rows.dict_row
    ) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND relname <> 'alembic_version'"
        ).fetchall()
        found = {}
        for table in (str(row["relname"]) for row in tables):
            query = sql.SQL("SELECT * FROM {} AS t ORDER BY t::text").format(sql.Identifier(table))
            found[table] = connection.execute(query).fetchall()
    return {table: of for table, of in found.items() if of}


def as_named_now(before: Rows) -> Rows:
    return {
        table: [{RENAMED.get((table, k), k): value for k, value in row.items()} for row in of]
        for table, of in before.items()
    }


def test_rows_of_the_version_before_go_up_down_and_up_again_intact(installation: Database) -> None:
    before = rows(installation)
    assert len(before) == 12, "a table of that version without rows proves nothing"

    migrate(installation)
    first = rows(installation)
    migrate(installation, BEFORE, down=True)
    assert rows(installation) == before
    migrate(installation)
    again = rows(installation)

    assert again == first
    for table, kept in as_named_now(before).items():
        known = kept[0].keys()
        assert sorted(
            ({column: row[column] for column in known} for row in first[table]), key=str
        ) == sorted(kept, key=str)


def test_what_was_said_on_the_web_is_found_through_the_parents(installation: Database) -> None:
    """And nobody holds an old conversation: who may speak in it is its agent."""
    migrate(installation)
    with psycopg.connect(installation.superuser_conninfo) as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM messages WHERE channel = 'web'),"
            " (SELECT count(*) FROM conversations WHERE channel = 'web' AND handling = 'agent'"
            "   AND hold_epoch = 0)"
        ).fetchone()
    assert counted == (9, 3)


def test_what_the_version_before_does_not_know_goes_when_it_is_taken_back(
    installation: Database,
) -> None:
    """What it cannot store it is not left with: it would break at the next change of such a row."""
    migrate(installation)
    with psycopg.connect(installation.superuser_conninfo, autocommit=True) as connection:
        connection.execute("UPDATE agent_runs SET state = 'merged' WHERE state = 'pending'")
        connection.execute(
            "UPDATE web_conversation_messages SET status = 'merged' WHERE status = 'stopped'"
        )
        connection.execute("UPDATE channel_connections SET external_key = NULL")
    migrate(installation, BEFORE, down=True)
    left = rows(installation)
    assert "channel_connections" not in left
    assert {run["state"] for run in left["agent_runs"]} == {
        *("done", "stopped", "failed", "cancelled", "running")
    }
    assert [m["status"] for m in left["web_conversation_messages"]].count("stopped") == 1
