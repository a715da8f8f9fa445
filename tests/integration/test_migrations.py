"""The migrations make the tables the models describe, and take back what they made."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from shared.db.engine import async_url
from shared.models import Base
from sqlalchemy import create_engine, pool

from migrations.parts import PARTS, is_declared
from tests.support.people import World
from tests.support.servers import ROOT, Database, Servers, migrate

HEAD = "047"


@pytest.fixture
def empty_database(servers: Servers) -> Iterator[Database]:
    database = servers.create_database(migrated=False)
    yield database
    servers.drop_database(database)


def objects(database: Database) -> dict[str, list[str]]:
    """Names of everything in the schema, by kind."""
    queries = {
        "relations": "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'S')",
        "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "types": "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
        " AND typtype IN ('e', 'd')",
        "policies": "SELECT tablename || '.' || policyname FROM pg_policies",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        # What has been proved of the rows stays proved.
        "constraints": "SELECT conrelid::regclass || ' '"
        " || replace(pg_get_constraintdef(oid), ' NOT VALID', '')"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "grants": "SELECT table_name || ' ' || grantee || ' ' || privilege_type"
        " FROM information_schema.table_privileges WHERE table_schema = 'public'",
    }
    with psycopg.connect(database.superuser_conninfo) as connection:
        return {
            kind: sorted(name for (name,) in connection.execute(query))
            for kind, query in queries.items()
        }


def test_up_down_and_up_again_leaves_nothing_behind_and_makes_the_same(
    empty_database: Database,
) -> None:
    migrate(empty_database)
    made = objects(empty_database)
    assert set(Base.metadata.tables) < set(made["relations"])

    migrate(empty_database, "base", down=True)
    left = objects(empty_database)
    assert left["relations"] == ["alembic_version"]
    assert left["functions"] == left["types"] == left["policies"] == []

    migrate(empty_database)
    assert objects(empty_database) == made


def test_two_that_migrate_at_once_wait_for_each_other(empty_database: Database) -> None:
    """As pods that start together do; the one that waits holds up no index of the other."""
    migrating = [
        subprocess.Popen(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=ROOT,
            env={**os.environ, "KONSTRUCT_OWNER_DATABASE_URL": empty_database.owner_url},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for each in migrating:
        _, said = each.communicate(timeout=60)
        assert each.returncode == 0, said
    assert set(Base.metadata.tables) < set(objects(empty_database)["relations"])


def test_each_migration_can_be_taken_back_alone(empty_database: Database) -> None:
    revisions = [script.revision for script in scripts().walk_revisions()][::-1]
    before = {"base": objects(empty_database)}
    for revision in revisions:
        migrate(empty_database, revision)
        before[revision] = objects(empty_database)
    for undone, below in zip(revisions[:0:-1], revisions[-2::-1], strict=True):
        migrate(empty_database, below, down=True)
        assert objects(empty_database) == before[below], f"taking back {undone}"


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))


def test_there_is_one_head_and_it_is_the_newest() -> None:
    assert scripts().get_heads() == [HEAD]


def test_revisions_are_a_plain_row_of_numbers() -> None:
    walked = [script.revision for script in scripts().walk_revisions()][::-1]
    assert walked == [f"{number:03}" for number in range(1, len(walked) + 1)]


def test_models_and_migrations_do_not_drift_apart(database: Database) -> None:
    engine = create_engine(async_url(database.owner_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_declared}
        )
        assert compare_metadata(context, Base.metadata) == []
        config = Config(ROOT / "alembic.ini", stdout=io.StringIO())
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_models_and_migrations_agree_on_server_defaults_and_checks(database: Database) -> None:
    """What the comparison above does not look at."""
    from sqlalchemy import CheckConstraint, inspect

    engine = create_engine(async_url(database.owner_url), poolclass=pool.NullPool)
    catalogue = inspect(engine)
    for table in Base.metadata.sorted_tables:
        stored = {c["name"]: c["default"] is not None for c in catalogue.get_columns(table.name)}
        for column in table.columns:
            if column.server_default is not None and column.name != "seq":
                identity = column.identity is not None
                assert stored[column.name] or identity, f"{table.name}.{column.name}"
        checks = [c for c in table.constraints if isinstance(c, CheckConstraint)]
        assert len(catalogue.get_check_constraints(table.name)) == len(checks), table.name
    engine.dispose()


def connect_channel(
    world: World, channel: str, connection: psycopg.Connection, column: str = "external_key"
) -> None:
    insert = "INSERT INTO channel_connections (tenant_id, channel_type, {}) VALUES (%s, %s, %s)"
    connection.execute(
        sql.SQL(insert).format(sql.Identifier(column)),
        (world.id, channel, f"{channel} of {world.slug}"),
    )


@pytest.mark.parametrize(
    "channel",
    [
        "slack",
        "whatsapp",
        "mattermost",
        "rocketchat",
        "teams",
        "telegram",
        "signal",
        "web",
        "widget",
        "scripted",
    ],
)
def test_every_channel_can_be_connected(
    superuser: psycopg.Connection, acme: World, channel: str
) -> None:
    connect_channel(acme, channel, superuser)


def test_a_channel_nobody_knows_is_refused(superuser: psycopg.Connection, acme: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        connect_channel(acme, "carrier pigeon", superuser)


def test_taking_the_web_chat_back_works_with_the_web_connected_and_in_use(
    database: Database, superuser: psycopg.Connection, acme: World
) -> None:
    connect_channel(acme, "web", superuser)
    connect_channel(acme, "slack", superuser)

    migrate(database, "007", down=True)

    kept = superuser.execute("SELECT channel_type FROM channel_connections").fetchall()
    assert kept == [("slack",)]
    with pytest.raises(psycopg.errors.CheckViolation):
        connect_channel(acme, "web", superuser, "workspace_id")
    forced = superuser.execute(
        "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'channel_connections'"
    ).fetchone()
    assert forced == (True,)

    migrate(database)
    connect_channel(acme, "web", superuser)


async def test_taking_the_web_chat_back_works_with_conversations_in_it(
    database: Database, superuser: psycopg.Connection, acme: World
) -> None:
    await acme.say(await acme.conversation(acme.anna), "hello")
    migrate(database, "007", down=True)
    assert superuser.execute("SELECT to_regclass('web_conversations')").fetchone() == (None,)


def test_a_role_of_a_message_is_text_with_a_check_and_no_enum(
    superuser: psycopg.Connection, database: Database
) -> None:
    kind = superuser.execute(
        "SELECT data_type FROM information_schema.columns"
        " WHERE table_name = 'web_conversation_messages' AND column_name = 'role'"
    ).fetchone()
    enums = superuser.execute("SELECT typname FROM pg_type WHERE typtype = 'e'").fetchall()
    assert (kind, enums) == (("text",), [])


def test_deleting_anything_that_others_belong_to_reads_no_whole_table(
    superuser: psycopg.Connection, database: Database
) -> None:
    """Every foreign key has an index that begins with one of its columns, over all rows or over
    those that have a value there."""
    without = superuser.execute(
        """
        SELECT conrelid::regclass::text, pg_get_constraintdef(c.oid)
        FROM pg_constraint c
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
          AND NOT EXISTS (
            SELECT FROM pg_index i JOIN pg_attribute a
                ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.conrelid AND i.indkey[0] = ANY (c.conkey)
              AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid)
                                        = format('(%I IS NOT NULL)', a.attname)))
        """
    ).fetchall()
    assert without == []


def keys_to(superuser: psycopg.Connection, parents: list[str]) -> list[tuple[str, list[str], str]]:
    """Foreign keys of other tables to these: (table, its columns, whether an index begins so)."""
    return superuser.execute(
        """
        WITH keys AS (
            SELECT conrelid, conkey, ARRAY(
                       SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (num, n)
                         JOIN pg_attribute ON attrelid = conrelid AND attnum = num ORDER BY n
                   ) AS columns
              FROM pg_constraint
             WHERE contype = 'f' AND conparentid = 0 AND confrelid::regclass::text = ANY (%s)
        )
        SELECT conrelid::regclass::text, columns, EXISTS (
                   SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
                      AND (indkey::int2[])[0:cardinality(conkey) - 1] = conkey)
          FROM keys ORDER BY 1
        """,
        (parents,),
    ).fetchall()


def test_what_hangs_on_a_conversation_or_message_names_its_channel_and_finds_it_by_an_index(
    superuser: psycopg.Connection, database: Database
) -> None:
    """Through the parent, so that it holds for every channel and looks into one part alone."""
    keys = keys_to(superuser, list(PARTS))
    assert [table for table, _, _ in keys] == [
        "answer_traces",
        "attention_items",
        "deliveries",
        "knowledge_questions",
        "message_ratings",
        "visitor_sessions",
    ]
    for table, columns, has_index in keys:
        assert columns[:2] == ["tenant_id", "channel"], table
        assert has_index, table

    parts = [part for of in PARTS.values() for part in of]
    to_parts = {table for table, _, _ in keys_to(superuser, parts)}
    assert to_parts == {"web_conversation_messages", "channel_messages"}, "only among themselves"


def test_no_index_is_the_beginning_of_another(
    superuser: psycopg.Connection, database: Database
) -> None:
    """Each would be written for every row, and found nothing that the longer one does not."""
    doubles = superuser.execute(
        """
        SELECT one.indexrelid::regclass::text, other.indexrelid::regclass::text
          FROM pg_index AS one JOIN pg_index AS other
            ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
         WHERE one.indrelid IN (SELECT oid FROM pg_class
                                 WHERE relnamespace = 'public'::regnamespace)
           AND NOT one.indisunique
           AND one.indkey::text <> '' AND one.indexprs IS NULL AND other.indexprs IS NULL
           AND (SELECT relam FROM pg_class WHERE oid = one.indexrelid)
               = (SELECT relam FROM pg_class WHERE oid = other.indexrelid)
           AND pg_get_expr(one.indpred, one.indrelid)
               IS NOT DISTINCT FROM pg_get_expr(other.indpred, other.indrelid)
           AND (other.indkey::int2[])[0:one.indnkeyatts - 1]
               = (one.indkey::int2[])[0:one.indnkeyatts - 1]
           AND (one.indnatts, one.indexrelid) < (other.indnatts, other.indexrelid)
        """
    ).fetchall()
    assert doubles == []


def test_what_every_message_changes_stands_in_no_index(
    superuser: psycopg.Connection, database: Database
) -> None:
    """Else each message would write its conversation anew into all of them (017)."""
    indexes = superuser.execute(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'web_conversations'"
    ).fetchall()
    assert len(indexes) > 3
    for (index,) in indexes:
        assert not re.search(r"\b(last_seq|updated_at|last_inbound_at)\b", index), index


def test_every_part_has_its_parents_columns_and_no_other(
    superuser: psycopg.Connection, database: Database
) -> None:
    for parent, parts in PARTS.items():
        attached = superuser.execute(
            "SELECT inhrelid::regclass::text, pg_get_expr(relpartbound, inhrelid)"
            "  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = %s::regclass ORDER BY 2 DESC",
            (parent,),
        ).fetchall()
        assert attached == list(zip(parts, ("FOR VALUES IN ('web')", "DEFAULT"), strict=True))
        columns = {column.name for column in Base.metadata.tables[parent].columns}
        for part in parts:
            assert {column.name for column in Base.metadata.tables[part].columns} == columns


def test_the_migrations_can_be_printed_as_sql() -> None:
    printed = io.StringIO()
    config = Config(ROOT / "alembic.ini", output_buffer=printed)
    with redirect_stdout(io.StringIO()):
        command.upgrade(config, "head", sql=True)
    assert "CREATE TABLE web_conversations" in printed.getvalue()
    assert "FORCE ROW LEVEL SECURITY" in printed.getvalue()


def test_runs_in_every_state_survive_their_indexes_being_made_anew(
    database: Database, superuser: psycopg.Connection, acme: World
) -> None:
    states = ["pending", "running", "done", "stopped", "failed", "cancelled"]
    superuser.execute(
        "INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, state,"
        " next_nudge_at) SELECT %s, %s, 'web', 'thread', state, state, now()"
        " FROM unnest(%s::text[]) AS state",
        (acme.id, acme.agent_id, states),
    )
    for _ in range(2):
        migrate(database, "015", down=True)
        migrate(database)
    kept = superuser.execute("SELECT state FROM agent_runs ORDER BY position").fetchall()
    assert [state for (state,) in kept] == states
