"""The migrations make the tables the models describe, and take back what they made."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from shared.db.engine import async_url
from shared.models import Base
from sqlalchemy import create_engine, pool

from tests.support.people import World
from tests.support.servers import ROOT, Database, Servers, migrate

HEAD = "019"


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
        "constraints": "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid)"
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
        context = MigrationContext.configure(connection, opts={"compare_type": True})
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


def connect_channel(world: World, channel: str, connection: psycopg.Connection) -> None:
    connection.execute(
        "INSERT INTO channel_connections (tenant_id, channel_type, workspace_id)"
        " VALUES (%s, %s, %s)",
        (world.id, channel, f"{channel} of {world.slug}"),
    )


@pytest.mark.parametrize(
    "channel",
    ["slack", "whatsapp", "mattermost", "rocketchat", "teams", "telegram", "signal", "web"],
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
        connect_channel(acme, "web", superuser)
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
    """Every foreign key has an index that begins with one of its columns."""
    without = superuser.execute(
        """
        SELECT conrelid::regclass::text, pg_get_constraintdef(c.oid)
        FROM pg_constraint c
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
          AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
              AND i.indkey[0] = ANY (c.conkey))
        """
    ).fetchall()
    assert without == []


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
