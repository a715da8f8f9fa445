"""The data directory: private, held by one, honest about what runs."""

import json
import os
import stat
from pathlib import Path

import pytest
from konstruct.devstack import default_data_dir, running_environment
from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.errors import AlreadyRunning, DevstackError
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.options import UpOptions
from konstruct.devstack.ports import free_port, is_free, kept_port

URL = "http://127.0.0.1:8000"


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    directory = DataDir(tmp_path / "a data dir")
    directory.create()
    return directory


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_private(data: DataDir) -> None:
    data.secrets()
    with data.held(URL):
        data.write_environment({"KONSTRUCT_PORT": "8000"})

        assert mode(data.path) == 0o700
        assert {mode(path) for path in data.path.iterdir() if path.is_file()} == {0o600}
        assert {path.name for path in data.path.iterdir() if path.is_file()} == {
            "secrets.json",
            "lock",
            "environment.json",
        }


def test_secrets_are_made_once_and_all_differ(data: DataDir) -> None:
    first = data.secrets()

    assert DataDir(data.path).secrets() == first
    values = list(vars(first).values())
    assert len(set(values)) == len(values)
    assert len(first.signing_key.encode()) >= 32


@pytest.mark.parametrize("broken", ["", "{}", "[]", "null", '{"signing_key": "x"}'])
def test_broken_secrets_are_not_replaced_in_silence(data: DataDir, broken: str) -> None:
    (data.path / "secrets.json").write_text(broken)

    with pytest.raises(DevstackError, match="does not hold this directory's secrets"):
        data.secrets()


def test_one_holds_it_at_a_time(data: DataDir) -> None:
    with data.held(URL):
        second = DataDir(data.path).held("http://127.0.0.1:9")
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}, {URL}"), second:
            pass
        assert data.holder() is not None

    assert data.holder() is None
    with data.held(URL):
        pass


def test_environment_is_known_only_while_it_runs(data: DataDir) -> None:
    settings = {"KONSTRUCT_PORT": "8000", "KONSTRUCT_LIMITS_ENABLED": "false"}
    assert running_environment(data.path) is None

    with data.held(URL):
        assert running_environment(data.path) is None, "not ready yet"
        data.write_environment(settings)
        assert running_environment(data.path) == settings

    assert running_environment(data.path) is None


def test_environment_of_a_killed_one_is_not_believed(data: DataDir) -> None:
    (data.path / "environment.json").write_text(json.dumps({"KONSTRUCT_PORT": "1"}))

    assert running_environment(data.path) is None
    with data.held(URL):
        assert running_environment(data.path) is None


def test_no_directory_no_environment(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert running_environment(tmp_path / "none") is None
    assert running_environment(tmp_path / "file") is None


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DevstackError, match="cannot be made"):
        DataDir(tmp_path / "file" / "data").create()


def test_default_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KONSTRUCT_DATA_DIR", raising=False)
    assert default_data_dir() == Path(".konstruct")
    monkeypatch.setenv("KONSTRUCT_DATA_DIR", str(tmp_path))
    assert default_data_dir() == tmp_path


def test_a_port_is_kept_while_free(tmp_path: Path) -> None:
    memory = tmp_path / "port"
    port = kept_port(memory)
    assert kept_port(memory) == port

    for nonsense in ("", "x", "0", "99999"):
        memory.write_text(nonsense)
        assert is_free(kept_port(memory))


def test_a_taken_port_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = tmp_path / "port"
    taken = free_port()
    memory.write_text(str(taken))
    monkeypatch.setattr("konstruct.devstack.ports.is_free", lambda port: port != taken)

    assert kept_port(memory) != taken


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("konstruct.example", "http://konstruct.example:8000"),
    ],
)
def test_where_to_go(host: str, url: str) -> None:
    assert UpOptions(Path(), 8000, host).url == url


def test_what_is_given_is_not_started() -> None:
    given = GivenSettings.from_environment(
        {"KONSTRUCT_REDIS_URL": "redis://…", "KONSTRUCT_DATABASE_URL": "", "PATH": "/bin"}
    )

    assert given.values == {"KONSTRUCT_REDIS_URL": "redis://…"}
    assert (given.has_redis, given.has_database, given.has_model) == (True, False, False)
