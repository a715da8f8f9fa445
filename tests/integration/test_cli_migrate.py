"""`konstruct migrate` on a server of one's own, on the data directory's, and when it cannot."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from konstruct.devstack.postgres import EmbeddedPostgres

from tests.support.cli import konstruct
from tests.support.servers import ROOT, Database, Servers

MIGRATIONS = len(list((ROOT / "migrations" / "versions").glob("[0-9]*.py")))


@pytest.fixture(scope="module")
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server without our roles: those belong to a server, not to a database."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("bare") / "postgres", fsync=False) as server:
        yield server


def superuser_url(server: EmbeddedPostgres) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(server.superuser_conninfo())
    login = f"{parts['user']}:{parts['password']}"
    return f"postgresql://{login}@{parts['host']}:{parts['port']}/postgres"


@pytest.fixture
def owning(servers: Servers, settings_of_its_own: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database that KONSTRUCT_OWNER_DATABASE_URL names."""
    database = servers.create_database(migrated=False)
    settings_of_its_own.setenv("KONSTRUCT_OWNER_DATABASE_URL", database.owner_url)
    yield database
    servers.drop_database(database)


def test_everything_is_applied_once(owning: Database) -> None:
    behind = konstruct("migrate", "--check", "--json")
    assert behind.code == 1
    assert f"{MIGRATIONS} migrations behind" in behind.err
    applied = konstruct("migrate", "--json").json["applied"]
    assert [revision["id"] for revision in applied] == [f"{n:03}" for n in range(1, MIGRATIONS + 1)]
    assert all(revision["about"] for revision in applied)
    assert konstruct("migrate", "--json").json == {"applied": []}
    assert konstruct("migrate", "--check").code == 0


def test_an_older_konstruct_leaves_a_newer_database_alone(owning: Database) -> None:
    """It is not behind, so the old processes may go on during an upgrade."""
    konstruct("migrate")
    with psycopg.connect(owning.owner_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '999'")
    assert konstruct("migrate", "--check").code == 0
    assert "newer than this Konstruct: it is at migration 999" in konstruct("migrate").sentence


def test_a_person_reads_what_was_applied(owning: Database) -> None:
    lines = konstruct("migrate").out.splitlines()
    assert lines[0] == "001 Tenants: the businesses."


def test_a_server_of_ones_own_is_set_up(
    bare_server: EmbeddedPostgres, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    url = superuser_url(bare_server)
    settings_of_its_own.setenv("KONSTRUCT_OWNER_DATABASE_URL", url)
    lacking = konstruct("migrate").sentence
    assert "lacks the roles konstruct_app and konstruct_system" in lacking
    assert "--superuser-url" in lacking

    done = konstruct("migrate", "--superuser-url", url, "--database", "ours", "--json").json
    assert len(done["applied"]) == MIGRATIONS
    for name, login in done["settings"].items():
        settings_of_its_own.setenv(name, login)
    assert konstruct("tenant", "create", "--name", "Acme").code == 0
    assert konstruct("migrate", "--check").code == 0


def test_a_password_that_was_given_is_not_printed(
    bare_server: EmbeddedPostgres, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    """It is a container's log that would keep it."""
    settings_of_its_own.setenv("KONSTRUCT_SUPERUSER_DATABASE_URL", superuser_url(bare_server))
    settings_of_its_own.setenv("KONSTRUCT_OWNER_PASSWORD", "owners-secret")
    settings_of_its_own.setenv("KONSTRUCT_APP_PASSWORD", "apps-secret")
    ran = konstruct("migrate", "--database", "given")
    assert ran.code == 0, ran.err
    assert "secret" not in ran.out + ran.err
    assert "KONSTRUCT_DATABASE_URL='postgresql://konstruct_app:***@" in ran.out


def test_a_server_that_does_not_let_us_in(bare_server: EmbeddedPostgres) -> None:
    wrong = superuser_url(bare_server).replace("//postgres:", "//nobody:")
    sentence = konstruct("migrate", "--superuser-url", wrong).sentence
    assert "password authentication failed" in sentence
    assert "is not right" in konstruct("migrate", "--superuser-url", "nonsense").sentence


def test_without_any_server_the_data_directory_has_one(tmp_path: Path) -> None:
    assert len(konstruct("migrate", "--data-dir", tmp_path, "--json").json["applied"]) == MIGRATIONS
    assert konstruct("migrate", "--data-dir", tmp_path, "--check").code == 0


def test_alembic_itself_does_the_same(tmp_path: Path) -> None:
    environment = {**os.environ, "KONSTRUCT_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with patch.dict(os.environ, environment):
        assert konstruct("migrate", "--check").code == 0


def test_the_database_it_makes_keeps_every_character_on_a_server_that_does_not(
    bare_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """A server set up in a shell with another language, as far as new databases can tell."""
    as_latin = "UPDATE pg_database SET encoding = %s WHERE datname = 'template1'"
    with psycopg.connect(bare_server.superuser_conninfo(), autocommit=True) as connection:
        connection.execute(as_latin, (8,))
        ran = konstruct(
            *("migrate", "--superuser-url", superuser_url(bare_server), "--database", "made"),
            *("--data-dir", tmp_path),
        )
        connection.execute(as_latin, (6,))
        made = connection.execute(
            "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'made'"
        ).fetchone()
    assert ran.code == 0, ran.err
    assert made == ("UTF8",)
