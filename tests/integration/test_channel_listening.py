"""Where a platform tells us nothing, one worker asks, and nothing is missed or heard twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from orchestrator.channels.listening.listeners import Listeners
from orchestrator.scripted_channel import How, ScriptedChannel
from shared.channels import arriving
from shared.db import SystemSession
from shared.runs import leases

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform
from tests.support.servers import Database
from tests.support.waiting import eventually


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedChannel]:
    async with scripted_platform(settings_of_its_own) as platform:
        yield platform


@pytest.fixture
async def line(platform: ScriptedChannel, acme: World, superuser: psycopg.Connection) -> Line:
    line = await connect(acme, platform.account("acme"), superuser, door="poll")
    line.rows(
        "UPDATE channel_connections SET config = config || jsonb_build_object('listens', true)"
        " WHERE tenant_id = %s RETURNING id"
    )
    line.account.webhooks.polled = True
    return line


@asynccontextmanager
async def listening() -> AsyncIterator[UUID]:
    """A worker's listeners on this loop; the worker's id."""
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    listeners = Listeners(worker_id)
    await listeners.start()
    try:
        yield worker_id
    finally:
        await listeners.stop()


async def heard(line: Line, *texts: str) -> None:
    await eventually(
        lambda: sorted(text for text, _ in line.messages()) == sorted(texts), f"{texts} are heard"
    )


def cursors(line: Line) -> dict[str, str]:
    return dict(line.rows("SELECT place, value FROM connection_cursors WHERE tenant_id = %s"))


async def test_what_was_said_before_and_since_is_heard_once(line: Line) -> None:
    line.account.say("mia", "before")
    async with listening():
        await heard(line, "before")
        line.account.say("tom", "since", How(twice="new"))
        line.account.say("mia", "to a bot", bot=True)
        line.account.say("mia", "at last")
        await heard(line, "before", "since", "at last")
        await eventually(lambda: cursors(line).get("mia") == "5", "as far as it was told")
        assert set(cursors(line)) == {"mia", "tom"}
    line.account.say("mia", "while nobody listens")
    async with listening():
        await heard(line, "before", "since", "at last", "while nobody listens")


async def test_what_was_heard_and_not_stored_is_heard_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, broken = arriving.receive.receive, []

    async def breaks_once(*given: Any) -> Any:
        if not broken:
            broken.append(1)
            raise OSError("a worker dies")
        return await store(*given)

    monkeypatch.setattr(arriving.receive, "receive", breaks_once)
    for number in range(3):
        line.account.say("mia", f"message {number}")
    async with listening():
        await heard(line, *(f"message {number}" for number in range(3)))
    assert broken


async def test_one_worker_listens_and_the_other_when_it_leaves(line: Line) -> None:
    def holder() -> UUID | None:
        rows = line.superuser.execute(
            "SELECT worker_id FROM connection_leases WHERE connection_id = %s"
            " AND role = 'listen' AND until > clock_timestamp()",
            (line.connection_id,),
        ).fetchall()
        return rows[0][0] if rows else None

    async with listening() as first:
        await eventually(lambda: holder() == first, "the first listens")
        async with listening() as second:
            line.account.say("mia", "one")
            await heard(line, "one")
            assert holder() == first
    async with listening() as second:
        await eventually(lambda: holder() == second, "the second listens")
        line.account.say("mia", "two")
        await heard(line, "one", "two")


async def test_who_has_lost_the_lease_stores_nothing(line: Line) -> None:
    async with listening():
        line.account.say("mia", "one")
        await heard(line, "one")
        line.superuser.execute(
            "UPDATE connection_leases SET number = number + 1, worker_id = %s,"
            " until = clock_timestamp() + interval '1 hour'"
            " WHERE connection_id = %s AND role = 'listen'",
            (uuid4(), line.connection_id),
        )
        line.account.say("mia", "two")
        await eventually(lambda: not line.account.webhooks.asked_for, "nobody asks any more")
        assert [text for text, _ in line.messages()] == ["one"]
        line.superuser.execute(
            "UPDATE connection_leases SET until = clock_timestamp() WHERE role = 'listen'"
        )
        await heard(line, "one", "two")


async def test_whose_own_lease_ran_out_listens_again_under_the_next(line: Line) -> None:
    """As after a sleep of the machine: the worker takes its account before its listener has
    noticed that it is not its own any more."""
    async with listening():
        line.account.say("mia", "one")
        await heard(line, "one")
        line.superuser.execute(
            "UPDATE connection_leases SET until = clock_timestamp() WHERE role = 'listen'"
        )

        def number() -> int:
            ((number,),) = line.superuser.execute(
                "SELECT number FROM connection_leases WHERE connection_id = %s AND role = 'listen'",
                (line.connection_id,),
            ).fetchall()
            return int(number)

        await eventually(lambda: number() == 2, "it is taken anew")
        line.account.say("mia", "two")
        await heard(line, "one", "two")


async def test_a_token_that_is_good_no_more_is_told_and_listened_with_once_it_is_again(
    line: Line,
) -> None:
    line.account.revoked = True
    async with listening():
        await eventually(lambda: line.state() == ("failing", "token_revoked"), "it is told")
        line.account.restore()
        line.account.say("mia", "back again")
        line.rows(
            "UPDATE channel_connections SET state = 'live', failing = NULL, not_before = NULL"
            " WHERE tenant_id = %s RETURNING id"
        )
        await heard(line, "back again")
