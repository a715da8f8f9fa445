"""The command line as such: help, usage errors, which installation is meant, how failures look."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from konstruct.cli.app import app
from konstruct.cli.installation import attach, attach_to_database
from konstruct.devstack.data_dir import DataDir
from shared.errors import KonstructError

from tests.support.cli import konstruct

HEAVY = ("sqlalchemy", "pydantic", "celery", "websockets", "httpx2", "psutil", "alembic", "rich")


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


EVERY_COMMAND = dict(commands(typer.main.get_group(app)))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """The directory of an `up` that seems to run."""
    data = DataDir(tmp_path / "running here")
    data.create()
    with data.held("http://127.0.0.1:8123"):
        data.write_environment(
            {"KONSTRUCT_DATABASE_URL": "postgresql://x:y z@127.0.0.1:1/z", "KONSTRUCT_PORT": "8123"}
        )
        yield data.path


def test_help_imports_nothing_heavy() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, konstruct.cli; sys.argv = ['konstruct', '--help']; konstruct.cli.main();"
            f"sys.exit(' '.join(name for name in {HEAVY!r} if name in sys.modules))",
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert seen.stderr.strip() == "", f"imported for help: {seen.stderr}"
    assert "Exit codes: 0 done" in seen.stdout


@pytest.mark.parametrize("path", EVERY_COMMAND, ids=" ".join)
def test_every_command_has_help_with_examples_of_itself(path: tuple[str, ...]) -> None:
    helped = konstruct(*path, "--help")
    assert helped.code == 0
    assert "Examples:" in helped.out
    assert f"konstruct {' '.join(path)}" in helped.out


def test_there_is_every_command_people_rely_on() -> None:
    assert {" ".join(path) for path in EVERY_COMMAND} == {
        *("up", "gateway", "worker", "migrate", "env", "doctor", "token", "chat"),
        *("tenant create", "tenant list", "tenant limits", "user create", "user add", "user list"),
        *("channel connect", "channel list", "channel check", "channel disconnect"),
        *("key add", "key list", "key test", "key remove"),
        *("knowledge add", "knowledge list", "knowledge show", "knowledge remove"),
        *("knowledge ask",),
        *("hello", "agent versions", "agent back"),
        *("agent dismiss", "agent take-back"),
        *("template list", "template schema", "template hire", "template export"),
        *("secrets new", "secrets rotate"),
        *("inbox take", "inbox reply", "inbox release", "inbox show", "agent change"),
        *("wording list", "wording set", "wording language", "wording machine"),
        *("channel deliveries", "channel replay", "channel manifest", "channel kinds"),
        *("user link", "user reset", "user sessions", "user log-out"),
        *("agent create", "agent list", "agent tools", "demo seed", "demo people"),
    }


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("tenant", "create"), ("migrate", "--nope"), ("gateway", "--port=x")],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert konstruct(*arguments).code == 2


@pytest.mark.parametrize(
    "arguments",
    [("tenant", "list"), ("token", "--email", "a@b.com"), ("env",), ("worker",), ("gateway",)],
)
def test_without_an_installation_one_sentence_says_what_to_do(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    sentence = konstruct(*arguments, "--data-dir", tmp_path / "none").sentence
    assert str(tmp_path / "none") in sentence
    assert "konstruct up" in sentence
    assert "--data-dir" in sentence
    assert not (tmp_path / "none").exists()


def test_a_failure_is_its_sentence_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_data_dir: Path) -> None:
        raise KonstructError("It is broken.")

    monkeypatch.setattr("konstruct.cli.tenant.attach_to_database", fail)
    assert konstruct("tenant", "list").sentence == "It is broken."


def test_a_setting_that_cannot_be_understood_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONSTRUCT_DATABASE_URL", "postgresql://x:y@127.0.0.1:1/z")
    monkeypatch.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "many")
    sentence = konstruct("tenant", "list").sentence
    assert sentence.startswith("KONSTRUCT_DATABASE_POOL_SIZE is not right")


def test_a_database_that_is_away_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONSTRUCT_DATABASE_URL", "postgresql://x:y@127.0.0.1:1/z")
    sentence = konstruct("tenant", "list").sentence
    assert "Connection refused" in sentence
    assert "KONSTRUCT_DATABASE_URL" in sentence


def test_env_prints_what_a_shell_reads_back(running: Path) -> None:
    printed = konstruct("env", "--data-dir", running)
    assert [shlex.split(line) for line in printed.out.splitlines()] == [
        ["KONSTRUCT_DATABASE_URL=postgresql://x:y z@127.0.0.1:1/z"],
        ["KONSTRUCT_PORT=8123"],
    ]
    assert konstruct("env", "--data-dir", running, "--json").json["KONSTRUCT_PORT"] == "8123"


def test_the_running_up_fills_what_the_environment_lacks(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ) | {"KONSTRUCT_PORT": "9999"})
    attach_to_database(running)
    assert os.environ["KONSTRUCT_DATABASE_URL"] == "postgresql://x:y z@127.0.0.1:1/z"
    assert os.environ["KONSTRUCT_PORT"] == "9999"


def test_an_environment_that_names_everything_is_left_alone(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KONSTRUCT_DATABASE_URL", "KONSTRUCT_REDIS_URL", "KONSTRUCT_SIGNING_KEY"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert not attach(running)
    assert "KONSTRUCT_PORT" not in os.environ
