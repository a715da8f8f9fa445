"""The demo business and its people: made once, found again."""

import asyncio
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from shared.identity.access import access
from shared.identity.sessions import log_in
from shared.identity.tokens import verify_access_token

from tests.support.cli import konstruct

COUNTED = ("tenants", "portal_users", "memberships", "agents", "web_conversations",
           "portal_sessions", "knowledge_sources", "agent_knowledge")  # fmt: skip


def rows(superuser: psycopg.Connection) -> dict[str, int]:
    counts = {}
    for table in COUNTED:
        found = superuser.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        counts[table] = found[0] if found else 0
    return counts


def seed(data_dir: Path) -> Any:
    return konstruct("demo", "seed", "--json", "--data-dir", data_dir).json


@pytest.fixture
def seeded(database: object, tmp_path: Path) -> Any:
    return seed(tmp_path)


def test_one_of_each_role_and_two_agents(seeded: Any) -> None:
    assert seeded["tenant"]["slug"] == "demo"
    assert [agent["name"] for agent in seeded["agents"]] == ["Ada", "Max"]
    assert {(user["role"], user["tenant_id"]) for user in seeded["users"]} == {
        ("platform_admin", None),
        ("customer_admin", seeded["tenant"]["id"]),
        ("customer_operator", seeded["tenant"]["id"]),
    }


def test_seeding_again_changes_nothing(
    seeded: Any, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    before = rows(superuser)
    assert seed(tmp_path) == seeded
    assert rows(superuser) == before


def test_each_agent_has_documents_to_answer_from_unless_none_are_wanted(
    database: object, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    konstruct("demo", "seed", "--no-documents", "--data-dir", tmp_path)
    assert rows(superuser)["knowledge_sources"] == 0
    seed(tmp_path)
    there = rows(superuser)
    assert (there["knowledge_sources"], there["agent_knowledge"]) == (3, 6)
    told = konstruct("knowledge", "list", "--tenant", "demo", "--json").json
    assert {each["title"] for each in told} == {
        "Opening hours.md",
        "Orders and returns.md",
        "Price list.md",
    }
    shown = konstruct("knowledge", "remove", told[0]["id"]).out
    assert told[0]["title"] in shown
    assert rows(superuser)["knowledge_sources"] == 2


def test_the_password_is_kept_for_us_alone(seeded: Any, tmp_path: Path) -> None:
    kept = tmp_path / "demo-password"
    assert kept.read_text().strip() == seeded["users"][0]["password"]
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_who_is_there_keeps_the_password_they_have(
    seeded: Any, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    """`up` in a shell that names somebody else's installation would shut its people out."""
    operator = seeded["users"][-1]["email"]
    settings_of_its_own.setenv("KONSTRUCT_DEMO_PASSWORD", "another password")
    again = await asyncio.to_thread(konstruct, "demo", "seed", "--json")
    assert {user["password"] for user in again.json["users"]} == {None}
    in_words = await asyncio.to_thread(konstruct, "demo", "seed")
    assert in_words.out.count("(the one they had before)") == 3
    await log_in(operator, seeded["users"][-1]["password"], address="test")


def test_people_need_the_demo(database: object) -> None:
    assert "Seed the demo" in konstruct("demo", "people", "--count", 1).sentence


async def test_people_are_the_same_ones_each_time(
    seeded: Any, superuser: psycopg.Connection
) -> None:
    few = (await asyncio.to_thread(konstruct, "demo", "people", "--count", 3, "--json")).json
    many = (await asyncio.to_thread(konstruct, "demo", "people", "--count", 5, "--json")).json
    before = rows(superuser)
    again = (await asyncio.to_thread(konstruct, "demo", "people", "--count", 5, "--json")).json
    assert rows(superuser) == before
    ids = [(each["user_id"], each["conversation_id"]) for each in many]
    assert ids[:3] == [(each["user_id"], each["conversation_id"]) for each in few]
    assert ids == [(each["user_id"], each["conversation_id"]) for each in again]
    assert len(set(ids)) == 5
    for each in few + again:
        claims = verify_access_token(each["token"])
        await access.check(claims)
        assert (str(claims.user_id), str(claims.tenant_id)) == (each["user_id"], each["tenant_id"])


def test_a_thousand_people_take_few_seconds(seeded: Any, figures: dict[str, float]) -> None:
    began = time.monotonic()
    people = konstruct("demo", "people", "--count", 1000, "--json").json
    figures["cli: seconds for 1,000 demo people"] = round(time.monotonic() - began, 2)
    assert len({each["conversation_id"] for each in people}) == 1000
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_number_of_people_that_cannot_be(seeded: Any, count: int) -> None:
    assert "choose 1 to 10000" in konstruct("demo", "people", "--count", count).sentence
