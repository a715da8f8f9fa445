"""`konstruct doctor` tells what is well and what is not."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.support.cli import Ran, konstruct
from tests.support.servers import Servers
from tests.support.stack import Stack


async def doctor(directory: Path) -> Ran:
    return await asyncio.to_thread(konstruct, "doctor", "--json", "--data-dir", directory)


def those(ran: Ran, ok: bool | None) -> dict[str, str]:
    return {check["name"]: check["message"] for check in json.loads(ran.out) if check["ok"] is ok}


def wrong(ran: Ran) -> dict[str, str]:
    return those(ran, ok=False)


async def test_a_whole_installation_is_well(
    stack: Stack, database: object, tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    for name, value in stack.gateways[0].environment.items():
        settings_of_its_own.setenv(name, value)
    ran = await doctor(tmp_path)
    assert wrong(ran) == {}
    assert those(ran, ok=None) == {}
    assert ran.code == 0


async def test_an_address_at_which_browsers_are_refused_is_found(
    stack: Stack, database: object, tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    """The gateway was started before the setting was made."""
    for name, value in stack.gateways[0].environment.items():
        settings_of_its_own.setenv(name, value)
    settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", "https://chat.example.com")
    found = wrong(await doctor(tmp_path))
    assert set(found) == {"origins"}
    assert "https://chat.example.com is refused" in found["origins"]


async def test_it_says_that_pools_will_not_fit_before_one_is_refused(
    stack: Stack, database: object, tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    for name, value in stack.gateways[0].environment.items():
        settings_of_its_own.setenv(name, value)
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "200")
    found = wrong(await doctor(tmp_path))
    assert set(found) == {"connections"}
    assert "may open 200 each" in found["connections"]
    assert "max_connections" in found["connections"]
    assert "KONSTRUCT_DATABASE_POOL_SIZE to " in found["connections"]


async def test_each_part_is_looked_at_by_itself(
    database: object, servers: Servers, tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_REDIS_URL", "redis://127.0.0.1:1/0")
    settings_of_its_own.setenv("KONSTRUCT_PORT", "1")
    settings_of_its_own.setenv("KONSTRUCT_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    ran = await doctor(tmp_path)
    assert ran.code == 1
    found = wrong(ran)
    assert set(found) == {"valkey", "worker", "gateway", "model"}
    assert "KONSTRUCT_REDIS_URL" in found["valkey"]
    assert "konstruct worker" in found["worker"]
    assert "konstruct gateway" in found["gateway"]
    assert "KONSTRUCT_LLM_BASE_URL" in found["model"]
    assert set(those(ran, ok=None)) == {"origins", "canary", "lag"}, "another look complains"


async def test_a_role_above_the_wall_is_found(
    servers: Servers, tmp_path: Path, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    empty = servers.create_database(migrated=False)
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", empty.owner_url)
    settings_of_its_own.setenv("KONSTRUCT_REDIS_URL", servers.redis_url())
    found = wrong(await doctor(tmp_path))
    assert "konstruct migrate" in found["database"]
    assert "Run `konstruct migrate`" in found["migrations"]


async def test_without_an_installation_it_says_how_to_get_one(tmp_path: Path) -> None:
    assert "konstruct up" in wrong(await doctor(tmp_path))["installation"]
