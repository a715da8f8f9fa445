"""PostgreSQL in our charge: reachable with its password alone, and hard to keep down."""

import os
import signal
import stat
from pathlib import Path

import psutil
import psycopg
import pytest
from konstruct.devstack.child import leftovers
from konstruct.devstack.postgres import EmbeddedPostgres, installation
from psycopg.conninfo import make_conninfo

POSTGRES = installation() / "bin" / "postgres"


def query(postgres: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(postgres.superuser_conninfo(), connect_timeout=5) as connection:
        row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


def test_data_and_port_survive_everything(tmp_path: Path) -> None:
    directory = tmp_path / "with a space" / ("deep" * 20) / ("deeper" * 10)

    with EmbeddedPostgres(directory) as postgres:
        port = postgres.port
        with psycopg.connect(postgres.superuser_conninfo(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("CREATE EXTENSION vector")
        postgres.restart()
        assert query(postgres, "SELECT count(*) FROM kept") == 0

        postgres.kill()
        assert postgres.exit_code() == -signal.SIGKILL
        assert list(leftovers(POSTGRES, postgres.cluster)) == []
        postgres.start()
        assert query(postgres, "SELECT count(*) FROM kept") == 0
        assert postgres.port == port
    assert list(leftovers(POSTGRES, postgres.cluster)) == []

    with EmbeddedPostgres(directory) as again:
        assert query(again, "SELECT count(*) FROM kept") == 0
        assert again.port == port


def test_what_was_committed_survives_a_kill_without_fsync_too(tmp_path: Path) -> None:
    """Tests kill it to see what the product loses, and it must not be the server that loses it."""
    with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as postgres:
        with psycopg.connect(postgres.superuser_conninfo(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("CHECKPOINT")
            connection.execute("INSERT INTO kept VALUES (1)")
            postgres.kill()
        postgres.start()
        assert query(postgres, "SELECT count(*) FROM kept") == 1


def test_a_password_is_needed_and_kept_private(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as postgres:
        assert stat.S_IMODE((postgres.directory / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE(postgres.log.stat().st_mode) == 0o600
        for wrong in ("", "wrong"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(make_conninfo(postgres.superuser_conninfo(), password=wrong))
        assert query(postgres, "SHOW listen_addresses") == "127.0.0.1"
        assert query(postgres, "SHOW unix_socket_directories") == ""
        assert query(postgres, "SHOW password_encryption") == "scram-sha-256"


def test_a_stale_lock_file_with_a_living_number(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as postgres:
        postgres.kill()
        lock = postgres.cluster / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")

        postgres.start()

        assert query(postgres, "SELECT 1") == 1
        assert psutil.pid_exists(os.getppid())


def test_a_server_left_behind_is_ended(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as former:
        left_behind = psutil.Process(former.pid)

        with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as postgres:
            assert not left_behind.is_running() or left_behind.status() == psutil.STATUS_ZOMBIE
            assert query(postgres, "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(tmp_path / "postgres", fsync=False) as postgres:
        assert query(postgres, "SELECT 1") == 1
        assert not half.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must let another user through")
def test_root_grants_passage_and_nothing_else(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with EmbeddedPostgres(closed / "postgres", fsync=False) as postgres:
        assert psutil.Process(postgres.pid).uids().real != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701
        assert stat.S_IMODE(postgres.cluster.stat().st_mode) == 0o700
