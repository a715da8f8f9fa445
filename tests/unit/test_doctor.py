"""`konstruct doctor`'s looks: each for itself."""

import asyncio
import json
from pathlib import Path

import pytest
from konstruct.doctor import look_at_machine, looking
from konstruct.doctor.looking import checked
from shared.errors import ConfigError

from tests.support.cli import konstruct


async def test_what_a_look_says_is_so_and_what_it_raises_is_wrong() -> None:
    async def well() -> str:
        return "All is well."

    async def wrong() -> str:
        raise ConfigError("Nothing is. Set KONSTRUCT_X.")

    good, bad = await checked("one", well), await checked("other", wrong)
    assert (good.ok, good.message) == (True, "All is well.")
    assert (bad.ok, bad.message) == (False, "Nothing is. Set KONSTRUCT_X.")


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), OSError("y"), RuntimeError()])
async def test_a_look_that_fails_itself_is_one_line_and_takes_no_other_along(
    error: Exception,
) -> None:
    async def broken() -> str:
        raise error

    check = await checked("part", broken)
    assert not check.ok
    assert check.message.startswith(f"This look itself failed: {type(error).__name__}")


async def test_a_look_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "LOOK_WITHIN_S", 0.01)

    async def endless() -> str:
        await asyncio.Event().wait()
        return "never"

    assert "Nothing was heard" in (await checked("part", endless)).message


async def test_a_look_at_the_machine_that_fails_itself_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("konstruct.doctor.check_disk", broken)
    checks = {check.name: check for check in look_at_machine(tmp_path)}
    assert checks["disk"].message.startswith("This look itself failed: PermissionError")
    assert checks["memory"].ok
    assert checks["data directory"].ok


def test_a_setting_that_is_not_right_hides_no_part(
    settings_of_its_own: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://u@127.0.0.1:1/d",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PORT": "1",
        "MESSAGE_LIMIT": "many",
        "LLM_BASE_URL": "ftp://h",
        "LLM_MODEL": "big",
    }.items():
        settings_of_its_own.setenv(f"KONSTRUCT_{name}", value)
    ran = konstruct("doctor", "--json", "--data-dir", tmp_path)
    found = {check["name"]: check["message"] for check in json.loads(ran.out)}
    assert ran.code == 1
    assert "KONSTRUCT_MESSAGE_LIMIT is not right" in found["settings"]
    assert "KONSTRUCT_LLM_BASE_URL is not right" in found["settings"]
    assert "port 1 failed" in found["database"]
    assert "It does not answer" in found["valkey"]
    assert "is not right" not in found["model"]


NEEDS_THE_DATABASE = {
    *("database", "channels", "connections", "migrations", "worker", "queue", "secrets"),
}


@pytest.mark.parametrize(
    ("setting", "value", "parts"),
    [
        ("DATABASE_URL", "mysql://x", NEEDS_THE_DATABASE),
        ("DATABASE_URL", "an address", NEEDS_THE_DATABASE),
        ("OWNER_DATABASE_URL", "mysql://x", {"migrations"}),
        ("REDIS_URL", "http://x", {"valkey"}),
    ],
)
def test_a_part_whose_address_is_not_right_says_that_it_was_not_looked_at(
    settings_of_its_own: pytest.MonkeyPatch,
    tmp_path: Path,
    setting: str,
    value: str,
    parts: set[str],
) -> None:
    for name, address in {
        "DATABASE_URL": "postgresql://u@127.0.0.1:1/d",
        "OWNER_DATABASE_URL": "postgresql://u@127.0.0.1:1/d",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PORT": "1",
        "LLM_BASE_URL": "http://127.0.0.1:1/v1",
        setting: value,
    }.items():
        settings_of_its_own.setenv(f"KONSTRUCT_{name}", address)
    checks = json.loads(konstruct("doctor", "--json", "--data-dir", tmp_path).out)
    found = {check["name"]: (check["ok"], check["message"]) for check in checks}
    said = f"KONSTRUCT_{setting} is not right"
    assert said in found["settings"][1]
    assert {name for name, told in found.items() if told == (None, f"Not looked at: {said}.")} == (
        parts
    )
    assert not any(f"KONSTRUCT_{setting} is not set" in message for _, message in found.values())
