"""What is stored to be sent leaves once, in order, and says what became of it."""

import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from orchestrator.scripted_channel import Fault, ScriptedChannel
from shared.channels import connections
from shared.valkey.publish import publish_delivery_ready

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform, sending
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
    return await connect(acme, platform.account("acme"), superuser)


async def test_answers_leave_in_the_order_of_their_conversation(line: Line) -> None:
    mia, tom = line.person("mia"), line.person("tom")
    for number in range(5):
        line.answer(mia, f"mia {number}")
        line.answer(tom, f"tom {number}")
    async with sending():
        await line.until(*["sent"] * 10)
    for who in ("mia", "tom"):
        assert line.account.texts(who) == [f"{who} {number}" for number in range(5)]
    ids = {row[0] for row in line.rows("SELECT external_id FROM deliveries WHERE tenant_id = %s")}
    assert ids == {took.id for took in line.account.received}


async def test_a_long_answer_leaves_in_parts_that_fit_and_lose_nothing(line: Line) -> None:
    words = " ".join(f"word{number}" for number in range(900))
    code = f"```python\nx = 1\n{'y = 2 ' * 500}\n```"
    line.answer(line.person("mia"), f"{words}\n\n{code}")
    async with sending():
        await line.until(*["sent"] * 6)
    parts = line.account.texts("mia")
    assert all(len(part) <= line.account.max_chars for part in parts)
    assert " ".join(" ".join(parts).split()).startswith(words)
    for part in parts:
        assert part.count("```") % 2 == 0, "a fence that is cut is closed and opened again"


async def test_an_hour_s_wait_is_obeyed_whole_and_delays_nobody_else(
    line: Line, platform: ScriptedChannel, globex: World
) -> None:
    other = await connect(globex, platform.account("globex"), line.superuser)
    line.account.faults.add(Fault("limit", times=9, retry_after=3600))
    for each in (line, other):
        for number in range(3):
            each.answer(each.person(f"mia {number}"), "hello")
    async with sending():
        await other.until("sent", "sent", "sent")
        await eventually_waits(line)
    await connections.is_failing(line.world.id, line.connection_id, "token_revoked")
    await connections.is_well(line.world.id, line.connection_id)
    assert waits_s(line) > 3500, "an account that is well again waits as long as it was told to"
    assert line.account.received == []
    assert [state for state, _, _ in line.deliveries()] == ["ready"] * 3
    line.account.faults.clear()
    line.rows(
        "UPDATE channel_connections SET not_before = clock_timestamp()"
        " WHERE tenant_id = %s RETURNING id"
    )
    async with sending():
        await line.until("sent", "sent", "sent")


async def eventually_waits(line: Line) -> None:
    await eventually(lambda: 3590 < waits_s(line) <= 3600, "the whole hour is written down")


def waits_s(line: Line) -> float:
    ((waits,),) = line.rows(
        "SELECT extract(epoch FROM not_before - clock_timestamp())"
        " FROM channel_connections WHERE tenant_id = %s"
    )
    return float(waits or 0)


LOST: dict[tuple[Any, str], tuple[list[str], list[str], list[bool]]] = {
    # how the account treats keys, what is done where nobody knows: (received, states, marked)
    ("repeat", "repeat"): (["first", "second"], ["sent", "sent"], [False, False]),
    ("ask", "repeat"): (["first", "second"], ["sent", "sent"], [False, False]),
    ("none", "repeat"): (["first", "first", "second"], ["sent", "sent"], [True, False]),
    ("none", "leave"): (["first", "second"], ["unsure", "sent"], [False, False]),
}


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_a_verdict_that_never_came_is_settled_as_far_as_the_platform_lets_us(
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setattr("orchestrator.channels.sending.one.CALL_TIMEOUT_S", 0.5)
    lines = {}
    for keys, on_unknown in LOST:
        account = platform.account(f"{keys}-{on_unknown}", keys=keys)
        line = await connect(acme, account, superuser, on_unknown=on_unknown)
        account.faults.add(Fault(fault))
        mia = line.person("mia")
        line.answer(mia, "first")
        line.answer(mia, "second")
        lines[keys, on_unknown] = line
    async with sending():
        for way, (_, states, _) in LOST.items():
            await lines[way].until(*states)
    for way, (received, _, marked) in LOST.items():
        line = lines[way]
        assert line.account.texts("mia") == received, way
        twice = line.rows(
            "SELECT maybe_twice FROM deliveries WHERE tenant_id = %s AND connection_id = %s"
            " ORDER BY seq",
            line.connection_id,
        )
        assert [mark for (mark,) in twice] == marked, way


async def test_what_passes_is_tried_again(line: Line) -> None:
    for fault in ("error", "refuse", "parse"):
        line.account.faults.add(Fault(fault, times=2, place=fault))
        line.answer(line.person(fault), "hello")
    async with sending():
        await line.until("sent", "sent", "sent")
    assert sorted(took.place for took in line.account.received) == ["error", "parse", "refuse"]


async def test_a_dead_part_ends_its_message_and_holds_up_no_other(line: Line) -> None:
    mia = line.person("mia")
    line.account.faults.add(Fault("blocked"))
    line.answer(mia, "long " * 1000)
    line.answer(mia, "next")
    async with sending():
        await line.until("dead", "dead", "dead", "sent")
    assert line.account.texts("mia") == ["next"]
    codes = [code for _, _, code in line.deliveries()]
    assert codes == ["blocked", "after_a_dead_part", "after_a_dead_part", None]
    ((kind, details),) = line.rows("SELECT kind, details FROM attention_items WHERE tenant_id = %s")
    assert (kind, details["code"]) == ("delivery_dead", "blocked")


async def test_what_is_a_day_old_is_given_up_and_holds_up_no_other(line: Line) -> None:
    mia = line.person("mia")
    line.answer(mia, "yesterday")
    line.rows(
        "UPDATE deliveries SET created_at = created_at - interval '25 hours'"
        " WHERE tenant_id = %s RETURNING id"
    )
    line.answer(mia, "today")
    async with sending():
        await line.until("dead", "sent")
    assert line.account.texts("mia") == ["today"]


async def test_a_token_revoked_in_mid_answer_stops_the_account_until_a_person_mends_it(
    line: Line, acme: World
) -> None:
    mia = line.person("mia")
    line.answer(mia, "first")
    async with sending():
        await line.until("sent")
        line.account.revoked = True
        line.answer(mia, "second " * 500)
        line.answer(mia, "third")
        await eventually_is(line, "failing", "token_revoked")
        ((kind,),) = line.rows(
            "SELECT kind FROM attention_items WHERE tenant_id = %s AND resolved_at IS NULL"
        )
        assert kind == "connection_failing"
        assert line.account.texts("mia") == ["first"]
        line.account.restore()
        await connections.is_well(acme.id, line.connection_id)
        await publish_delivery_ready(line.connection_id)
        await line.until("sent", "sent", "sent", "sent")
    assert line.account.texts("mia")[-1] == "third"
    await eventually_is(line, "live", None)


async def eventually_is(line: Line, state: str, failing: str | None) -> None:
    def now() -> object:
        return line.rows("SELECT state, failing FROM channel_connections WHERE tenant_id = %s")

    await eventually(lambda: now() == [(state, failing)], f"the account is {state}")


async def test_of_two_who_would_send_one_does(line: Line) -> None:
    for number in range(40):
        line.answer(line.person(f"person {number}"), "hello")
    async with sending(), sending(), sending():
        await line.until(*["sent"] * 40)
    assert len(line.account.received) == 40
    ((number,),) = line.superuser.execute(
        "SELECT number FROM connection_leases WHERE connection_id = %s", (line.connection_id,)
    ).fetchall()
    assert number == 1, "it changed hands not once"


async def test_a_sender_that_slept_through_its_lease_writes_nothing_down(
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its call ends after another has taken over, asked, and settled it."""
    monkeypatch.setattr("orchestrator.channels.sending.senders.LEAVE_WITHIN_S", 0.1)
    account = platform.account("acme", keys="ask")
    line = await connect(acme, account, superuser)
    account.faults.add(Fault("stall"))
    line.answer(line.person("mia"), "hello")
    async with sending() as asleep:
        await line.until("sending")
        superuser.execute("UPDATE connection_leases SET until = clock_timestamp()")
        async with sending():
            await line.until("sent")
        await asleep.stop()
    assert account.texts("mia") == ["hello"]
    assert [code for _, _, code in line.deliveries()] == [None]


async def test_what_a_dead_worker_left_half_sent_arrives_once(
    platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    """It died between sending and writing that down, or just before sending."""
    lines = []
    for keys in ("repeat", "ask"):
        account = platform.account(keys, keys=keys)  # type: ignore[arg-type]
        line = await connect(acme, account, superuser)
        for place in ("arrived", "not yet"):
            line.answer(line.person(place), "hello")
        left = line.rows(
            "UPDATE deliveries SET state = 'sending', lease_number = 7, attempts = 1,"
            """ body = '{"text": "hello"}' WHERE tenant_id = %s AND connection_id = %s"""
            " RETURNING id, (SELECT external_id FROM contact_addresses AS address JOIN"
            " conversations AS its ON its.contact_id = address.contact_id"
            " WHERE its.id = conversation_id)",
            line.connection_id,
        )
        for delivery_id, place in left:
            if place == "arrived":
                account.take(place, "hello", str(delivery_id), "markdown", None)
        lines.append(line)
    async with sending():
        for line in lines:
            await line.until("sent", "sent")
    for line in lines:
        assert sorted(took.place for took in line.account.received) == ["arrived", "not yet"]


async def test_many_conversations_have_their_turn_and_one_that_waits_holds_up_none(
    line: Line,
) -> None:
    slow = line.person("slow")
    line.answer(slow, "never mind")
    line.rows(
        "UPDATE deliveries SET not_before = clock_timestamp() + interval '1 hour'"
        " WHERE tenant_id = %s RETURNING id"
    )
    line.answer(slow, "behind it")
    for number in range(60):
        line.answer(line.person(f"person {number}"), "hello")
    began = time.monotonic()
    async with sending():
        await eventually(lambda: len(line.account.received) == 60, "all others have theirs")
    assert time.monotonic() - began < 20
    assert line.account.texts("slow") == []


async def test_outside_the_platforms_window_nothing_leaves_and_people_are_told(line: Line) -> None:
    """It counts from what the contact said last, by the platform's stamp."""
    line.superuser.execute("UPDATE channel_connections SET reply_window_s = 86400")
    states = {}
    for ago, state in {"23 hours": "sent", "25 hours": "dead", None: "dead"}.items():
        conversation = line.person(f"mia {ago}")
        line.superuser.execute(
            "UPDATE conversations SET last_inbound_at = now() - %s::interval WHERE id = %s",
            (ago, conversation),
        )
        line.answer(conversation, "word " * 900)  # which is several parts
        states[conversation] = state
    async with sending():
        await eventually(lambda: not line.rows(_OPEN), "all have left or not")
    for conversation, state in states.items():
        found = line.rows(
            "SELECT DISTINCT state FROM deliveries WHERE tenant_id = %s AND conversation_id = %s",
            conversation,
        )
        assert found == [(state,)]
    assert set(line.account.texts("mia 23 hours"))
    assert not line.account.texts("mia 25 hours")
    codes = line.rows(
        "SELECT details ->> 'code' FROM attention_items"
        " WHERE tenant_id = %s AND kind = 'delivery_dead'"
    )
    assert codes == [("window_shut",)] * 2


_OPEN = "SELECT FROM deliveries WHERE tenant_id = %s AND state IN ('ready', 'sending')"


async def test_who_has_opted_out_gets_the_confirmation_and_nothing_else(line: Line) -> None:
    mia = line.person("mia")
    line.answer(mia, "a long story " * 300)
    line.answer(mia, "you get no more")
    line.superuser.execute(
        "UPDATE deliveries SET hints = '{\"confirms_opt_out\": true}' WHERE seq = 2"
    )
    line.superuser.execute("UPDATE contacts SET opted_out_at = now()")
    async with sending():
        await line.until("dropped", "dropped", "sent")
    assert line.account.texts("mia") == ["you get no more"]
    assert line.rows("SELECT FROM attention_items WHERE tenant_id = %s") == []
