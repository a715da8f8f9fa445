"""What waits, waits as long as it was told to and delays nobody else; after that it leaves by
itself. The clock of the senders is put forward, so an hour takes a moment."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from orchestrator.scripted_channel import Fault, ScriptedChannel

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform, sending
from tests.support.senders_clock import SendersClock
from tests.support.servers import Database
from tests.support.waiting import eventually

HOUR_S, DAY_S = 3600.0, 86_400.0


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedChannel]:
    async with scripted_platform(settings_of_its_own) as platform:
        yield platform


@pytest.fixture
async def line(platform: ScriptedChannel, acme: World, superuser: psycopg.Connection) -> Line:
    return await connect(acme, platform.account("acme"), superuser)


@pytest.fixture
def clock(superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> SendersClock:
    return SendersClock(superuser, monkeypatch)


async def test_an_account_told_to_wait_an_hour_sends_by_itself_when_it_is_over(
    line: Line, platform: ScriptedChannel, globex: World, clock: SendersClock
) -> None:
    other = await connect(globex, platform.account("globex"), line.superuser)
    line.account.faults.add(Fault("limit", retry_after=int(HOUR_S)))
    mia, tom = line.person("mia"), line.person("tom")
    line.answer(mia, "first")
    async with sending():
        await eventually(lambda: waits(line), "the hour is written down")
        line.answer(mia, "second")
        line.answer(tom, "hello")
        other.answer(other.person("ben"), "hello")
        await other.until("sent")
        clock.put_forward(HOUR_S - 60)
        other.answer(other.person("eva"), "hello")
        await other.until("sent", "sent")
        assert line.account.received == [], "a minute is left"
        clock.put_forward(60)
        await line.until("sent", "sent", "sent")
    assert line.account.texts("mia") == ["first", "second"]
    assert line.account.texts("tom") == ["hello"]


def waits(line: Line) -> bool:
    (found,) = line.rows(
        "SELECT not_before > clock_timestamp() + interval '59 min' FROM channel_connections"
        " WHERE tenant_id = %s"
    )
    return bool(found[0])


async def test_what_cannot_be_sent_to_one_person_holds_up_nobody_else_and_ends_with_the_day(
    line: Line, clock: SendersClock
) -> None:
    """It is tried ever more rarely. What was said later leaves once it is given up."""
    line.account.faults.add(Fault("error", times=10_000, place="mia"))
    mia, tom = line.person("mia"), line.person("tom")
    line.answer(mia, "never arrives")
    async with sending():
        for number in range(4):
            line.answer(tom, f"hello {number}")
            await eventually(lambda: len(line.account.texts("tom")) > number, "Tom is sent to")  # noqa: B023
            clock.put_forward(HOUR_S)
        line.answer(mia, "said later")
        clock.put_forward(DAY_S - 4 * HOUR_S)
        await eventually(lambda: "too_old" in codes(line), "the first is given up")
        line.account.faults.clear()
        clock.put_forward(HOUR_S)
        await eventually(lambda: line.account.texts("mia") == ["said later"], "the second leaves")
    kinds = line.rows("SELECT kind FROM attention_items WHERE tenant_id = %s")
    assert kinds == [("delivery_dead",)]


def codes(line: Line) -> set[str | None]:
    return {code for _, _, code in line.deliveries()}
