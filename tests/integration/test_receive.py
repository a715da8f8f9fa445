"""What a platform tells us is stored once, whoever tells it and how often; with who said it, where,
and the run that shall answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from shared.conversations.receive import receive

from tests.support.heard import (
    Worker,
    begin_now,
    connect,
    heard,
    messages,
    rows,
)
from tests.support.people import World

AT_ONCE = 6


@pytest.fixture
async def connection(acme: World) -> UUID:
    return await connect(acme)


def count(superuser: psycopg.Connection, table: str, acme: World) -> int:
    return len(rows(superuser, f"SELECT FROM {table} WHERE tenant_id = %s", acme.id))


async def test_one_message_told_many_times_at_once_is_one(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    """Also by ids of deliveries that differ."""
    told = [heard(connection, "hi", message="m1", delivery=f"d{n % 2}") for n in range(AT_ONCE)]
    received = await asyncio.gather(*(receive(acme.id, each) for each in told))
    (news,) = [each for each in received if not each.known]
    assert {each.message_id for each in received} == {news.message_id}
    again = await receive(acme.id, heard(connection, "hi", message="m1", delivery="d9"))
    assert (again.known, again.message_id) == (True, news.message_id)
    (stored,) = messages(superuser, news.conversation_id)
    assert (stored["role"], stored["content"], stored["seq"]) == ("user", "hi", 1)
    assert count(superuser, "agent_runs", acme) == 1
    assert count(superuser, "inbound_events", acme) == 1


async def test_one_delivery_is_one_message_whatever_it_is_called(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    told = [heard(connection, "hi", delivery="d1") for _ in range(AT_ONCE)]
    received = await asyncio.gather(*(receive(acme.id, each) for each in told))
    assert sum(not each.known for each in received) == 1
    assert count(superuser, "agent_runs", acme) == 1


async def test_whoever_writes_first_in_many_messages_is_one_contact_in_one_conversation(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    received = await asyncio.gather(
        *(receive(acme.id, heard(connection, str(n))) for n in range(AT_ONCE))
    )
    (conversation_id,) = {each.conversation_id for each in received}
    assert [m["seq"] for m in messages(superuser, conversation_id)] == [*range(1, AT_ONCE + 1)]
    (contact,) = rows(superuser, "SELECT id FROM contacts WHERE tenant_id = %s", acme.id)
    (conversation,) = rows(superuser, "SELECT * FROM conversations WHERE channel = 'slack'")
    assert conversation["contact_id"] == contact["id"]
    assert conversation["external_key"] == str(contact["id"]), "platforms' ids change"


async def test_a_thread_of_many_is_a_conversation_of_nobody_s_whose_messages_have_authors(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    anna = await receive(acme.id, heard(connection, "hi", author="A", key="C1/1"))
    ben = await receive(acme.id, heard(connection, "hello", author="B", key="C1/1"))
    other = await receive(acme.id, heard(connection, "hello", author="B", key="C1/2"))
    assert anna.conversation_id == ben.conversation_id != other.conversation_id
    (conversation,) = rows(
        superuser, "SELECT * FROM conversations WHERE id = %s", anna.conversation_id
    )
    assert (conversation["user_id"], conversation["contact_id"]) == (None, None)
    authors = [m["author_id"] for m in messages(superuser, anna.conversation_id)]
    assert len(set(authors)) == 2


async def test_a_number_seen_with_another_id_moves_and_whoever_has_it_inherits_nothing(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    from dataclasses import replace

    old, new = heard(connection, "1", author="old"), heard(connection, "2", author="new")
    first, second = [
        await receive(acme.id, replace(each, author=replace(each.author, number="+49 1")))
        for each in (old, new)
    ]
    assert first.conversation_id != second.conversation_id
    numbers = rows(superuser, "SELECT external_id, number FROM contact_addresses ORDER BY 1")
    assert {row["external_id"]: row["number"] for row in numbers} == {"new": "+49 1", "old": None}


async def test_what_comes_a_day_late_or_to_a_paused_employee_is_stored_and_not_answered(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    late = await receive(acme.id, heard(connection, "hi", sent_at=yesterday))
    paused = await connect(acme, agent_id=acme.paused_agent_id)
    asleep = await receive(acme.id, heard(paused, "hi"))
    for received, note in (late, "arrived_late"), (asleep, "agent_paused"):
        assert received.run_id is None
        said = [m["author_kind"] for m in messages(superuser, received.conversation_id)]
        assert said.count("contact") == 1
        (event,) = rows(
            superuser, "SELECT note FROM inbound_events WHERE message_id = %s", received.message_id
        )
        assert event["note"] == note


async def test_while_a_colleague_has_it_messages_are_stored_and_nobody_is_asked(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    before = await receive(acme.id, heard(connection, "hi"))
    superuser.execute("UPDATE conversations SET handling = 'human', hold_epoch = 1")
    held = await receive(acme.id, heard(connection, "still there?"))
    assert held.run_id is None
    assert [m["content"] for m in messages(superuser, held.conversation_id)] == [
        "hi",
        "still there?",
    ]
    worker = await Worker.hired(acme)
    begin_now(superuser, acme)
    assert await worker.claim(before.run_id) is None, "made before, and not claimed"
    superuser.execute("UPDATE conversations SET handling = 'agent'")
    assert await worker.claim(before.run_id)


async def test_the_answer_is_stored_with_its_delivery_or_neither_is(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    received = await receive(
        acme.id, heard(connection, "hi", extras={"placeholder_ts": "17.5", "channel_id": "C1"})
    )
    assert received.run_id
    begin_now(superuser, acme)
    worker, other = await Worker.hired(acme), await Worker.hired(acme)
    run = await worker.claim(received.run_id)
    assert run
    assert run.text == "hi"
    assert run.payload["content"]["text"] == "", "it stands with the message alone"
    assert await other.answer(run) is None
    assert rows(superuser, "SELECT FROM deliveries") == []
    ended = await worker.answer(run, "Hello!")
    assert ended
    question, answer = messages(superuser, received.conversation_id)
    assert (answer["content"], answer["reply_to"]) == ("Hello!", question["id"])
    assert (answer["author_kind"], answer["author_id"]) == ("agent", acme.agent_id)
    (delivery,) = rows(superuser, "SELECT * FROM deliveries")
    assert (delivery["message_id"], delivery["seq"], delivery["state"], delivery["n"]) == (
        answer["id"],
        2,
        "ready",
        1,
    )
    assert delivery["connection_id"] == connection


async def test_why_an_answer_failed_is_not_sent_to_people(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    received = await receive(acme.id, heard(connection, "hi"))
    begin_now(superuser, acme)
    worker = await Worker.hired(acme)
    run = await worker.claim(received.run_id)
    assert run
    assert await worker.answer(run, "The model is away.", status="failed")
    assert rows(superuser, "SELECT FROM deliveries") == []
