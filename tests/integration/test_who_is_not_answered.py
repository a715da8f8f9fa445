"""A contact whom no employee answers: told in the business's words, once a day, written down for
its people, and answered as soon as somebody can. Whoever says STOP is written to no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from shared.conversations import handover
from shared.conversations.receive import Received, receive
from shared.conversations.waiting import answer_those_who_waited
from shared.db import SystemSession, TenantSession
from shared.errors import Conflict
from shared.models import AgentRun
from shared.tenants import quotas
from shared.tenants.quotas import allowances

from tests.support.heard import (
    Worker,
    begin_now,
    connect,
    heard,
    introduces_itself,
    messages,
    rows,
)
from tests.support.people import World

PAUSED = "Paula does not answer at the moment. Your message has arrived and is kept."
LIMITED = "We cannot answer at the moment. Your message has arrived and is kept."
OUT = "You get no more messages from us. Write START if you want them again."


@pytest.fixture
async def paused(acme: World) -> UUID:
    """An account where Paula answers, who is paused."""
    return await connect(acme, agent_id=acme.paused_agent_id)


@pytest.fixture
async def connection(acme: World) -> UUID:
    return await connect(acme)


def said(superuser: psycopg.Connection, received: Received) -> list[tuple[str, str]]:
    """(who, what), in order."""
    return [(m["author_kind"], m["content"]) for m in messages(superuser, received.conversation_id)]


def items(superuser: psycopg.Connection, world: World) -> list[tuple[str, bool]]:
    """(kind, whether it is open)."""
    found = rows(
        superuser,
        "SELECT kind, resolved_at FROM attention_items WHERE tenant_id = %s ORDER BY created_at",
        world.id,
    )
    return [(item["kind"], item["resolved_at"] is None) for item in found]


def deliveries(superuser: psycopg.Connection, world: World) -> list[tuple[str, str]]:
    found = rows(
        superuser,
        "SELECT message.content, delivery.state FROM deliveries AS delivery"
        " JOIN messages AS message ON message.id = delivery.message_id"
        " WHERE delivery.tenant_id = %s ORDER BY delivery.seq",
        world.id,
    )
    return [(each["content"], each["state"]) for each in found]


def work_again(superuser: psycopg.Connection, world: World) -> None:
    superuser.execute("UPDATE agents SET status = 'active' WHERE tenant_id = %s", (world.id,))


def runs(superuser: psycopg.Connection, world: World) -> list[Any]:
    return rows(
        superuser, "SELECT * FROM agent_runs WHERE tenant_id = %s ORDER BY position", world.id
    )


# ── paused, or no room ─────────────────────────────────────────────────────────────────────────


async def test_of_a_paused_employee_people_are_told_once_a_day_and_answered_when_it_is_back(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    first = await receive(acme.id, heard(paused, "hello"))
    await receive(acme.id, heard(paused, "anybody?"))
    assert said(superuser, first) == [
        ("contact", "hello"),
        ("system", PAUSED),
        ("contact", "anybody?"),
    ]
    assert deliveries(superuser, acme) == [(PAUSED, "ready")]
    assert items(superuser, acme) == [("employee_paused", True)]
    assert await answer_those_who_waited() == 0
    assert runs(superuser, acme) == []
    work_again(superuser, acme)
    assert await answer_those_who_waited() == 1
    assert await answer_those_who_waited() == 0, "once"
    assert items(superuser, acme) == [("employee_paused", False)]
    worker = await Worker.hired(acme)
    (pending,) = [run for run in runs(superuser, acme) if run["state"] == "pending"]
    run = await worker.claim(pending["id"])
    assert run
    assert (run.text, run.covers) == ("anybody?", True)
    assert await worker.answer(run)
    answers = [m["status"] for m in messages(superuser, first.conversation_id) if m["reply_to"]]
    assert answers == ["merged", "complete"]


async def test_the_next_day_people_are_told_again(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    first = await receive(acme.id, heard(paused, "hello"))
    superuser.execute(
        "UPDATE channel_messages SET client_message_id ="
        " replace(client_message_id, to_char(now() AT TIME ZONE 'UTC', 'YYYY'), '1999')"
    )
    await receive(acme.id, heard(paused, "hello?"))
    assert [who for who, _ in said(superuser, first)] == ["contact", "system"] * 2


async def test_the_employees_own_notice_is_what_people_read(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    superuser.execute("UPDATE agents SET paused_notice = 'Back on Monday.'")
    first = await receive(acme.id, heard(paused, "hello"))
    assert said(superuser, first)[-1] == ("system", "Back on Monday.")


async def test_what_is_older_than_a_day_is_left_to_people(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    old = await receive(acme.id, heard(paused, "old", author="U1"))
    await receive(acme.id, heard(paused, "older", author="U2"))
    superuser.execute("UPDATE messages SET created_at = created_at - interval '25 hours'")
    superuser.execute("UPDATE conversations SET last_inbound_at = now() - interval '25 hours'")
    await receive(acme.id, heard(paused, "young", author="U1"))
    work_again(superuser, acme)
    assert await answer_those_who_waited() == 1
    (run,) = runs(superuser, acme)
    assert run["thread_id"] == str(old.conversation_id)
    assert sorted(items(superuser, acme)) == [("employee_paused", False), ("employee_paused", True)]


async def test_whoever_takes_it_over_takes_care_of_the_item(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    first = await receive(acme.id, heard(paused, "hello"))
    assert first.conversation_id
    await handover.reply(acme.id, first.conversation_id, acme.ben.id, "I am here.")
    await handover.give_back(acme.id, first.conversation_id, acme.ben.id)
    assert items(superuser, acme) == [("employee_paused", False)]
    work_again(superuser, acme)
    assert await answer_those_who_waited() == 0


async def test_given_back_to_a_paused_employee_it_waits_as_before(
    acme: World, paused: UUID, superuser: psycopg.Connection
) -> None:
    first = await receive(acme.id, heard(paused, "hello"))
    assert first.conversation_id
    await handover.take(acme.id, first.conversation_id, acme.ben.id)
    await handover.give_back(acme.id, first.conversation_id, acme.ben.id)
    assert items(superuser, acme) == [("employee_paused", False), ("employee_paused", True)]
    assert [text for who, text in said(superuser, first) if who == "system"].count(PAUSED) == 1
    work_again(superuser, acme)
    assert await answer_those_who_waited() == 1


async def test_messages_of_platforms_count_in_the_tenants_limit_and_what_was_too_much_is_answered(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    async with SystemSession("setup") as session, session.transaction():
        await quotas.change(session, acme.id, {"messages_per_minute": 2})
    allowances.forget_all()
    for text in ("1", "2"):
        assert (await receive(acme.id, heard(connection, text, author=text))).run_id
    third = await receive(acme.id, heard(connection, "3", author="3"))
    assert third.run_id is None
    assert said(superuser, third) == [("contact", "3"), ("system", LIMITED)]
    assert items(superuser, acme) == [("limit_reached", True)]
    assert await answer_those_who_waited() == 1
    assert len(runs(superuser, acme)) == 3


async def test_while_the_days_tokens_are_used_up_nobody_is_answered(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    async with SystemSession("setup") as session, session.transaction():
        await quotas.change(session, acme.id, {"tokens_per_day": 10})
    async with TenantSession(acme.id) as own, own.transaction():
        own.add(
            AgentRun(
                tenant_id=acme.id,
                agent_id=acme.agent_id,
                channel="web",
                thread_id=str(uuid4()),
                state="done",
                next_nudge_at=datetime.now(UTC),
                finished_at=datetime.now(UTC),
                input_tokens=10,
            )
        )
    allowances.forget_all()
    asked = await receive(acme.id, heard(connection, "hello"))
    assert asked.run_id is None
    assert said(superuser, asked)[-1] == ("system", LIMITED)
    assert await answer_those_who_waited() == 0
    async with SystemSession("setup") as session, session.transaction():
        await quotas.change(session, acme.id, {"tokens_per_day": 1000})
    allowances.forget_all()
    assert await answer_those_who_waited() == 1


# ── STOP ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["STOP", " stop. ", "Baja", "SAIR"])
async def test_whoever_opts_out_reads_one_sentence_more_and_no_other_until_they_opt_in(
    acme: World, connection: UUID, superuser: psycopg.Connection, word: str
) -> None:
    worker = await Worker.hired(acme)
    asked = await receive(acme.id, heard(connection, "tell me a story"))
    begin_now(superuser, acme)
    run = await worker.claim(asked.run_id)
    assert run
    out = await receive(acme.id, heard(connection, word))
    assert out.run_id is None
    assert await worker.answer(run, "Once upon a time") is None
    again = await receive(acme.id, heard(connection, word))
    more = await receive(acme.id, heard(connection, "hello?"))
    assert (again.run_id, more.run_id) == (None, None)
    assert deliveries(superuser, acme) == [(OUT, "ready")]
    assert asked.conversation_id
    with pytest.raises(Conflict, match="wants no more messages") as refused:
        await handover.reply(acme.id, asked.conversation_id, acme.ben.id, "A coupon!")
    assert refused.value.code == "opted_out"
    back = await receive(acme.id, heard(connection, "START"))
    assert back.run_id is None
    assert [text for text, _ in deliveries(superuser, acme)] == [OUT, "You get our messages again."]
    assert (await receive(acme.id, heard(connection, "hello"))).run_id
    await handover.reply(acme.id, asked.conversation_id, acme.ben.id, "Here I am.")


async def test_a_word_in_a_sentence_or_in_a_group_stops_nothing(
    acme: World, connection: UUID
) -> None:
    assert (await receive(acme.id, heard(connection, "stop the delivery on Friday"))).run_id
    assert (await receive(acme.id, heard(connection, "START"))).run_id
    assert (await receive(acme.id, heard(connection, "STOP", key="C1/1"))).run_id


# ── a machine ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "notice"),
    [
        (None, "You are writing with Ada, an AI assistant of Acme."),
        ("es-MX", "Está escribiendo con Ada, un asistente de IA de Acme."),
        ("pt", "Está a escrever com Ada, um assistente de IA de Acme."),
    ],
)
async def test_people_are_told_once_that_a_machine_writes_in_their_language(
    acme: World,
    connection: UUID,
    superuser: psycopg.Connection,
    language: str | None,
    notice: str,
) -> None:
    await introduces_itself(acme)
    first = heard(connection, "hi")
    first = replace(first, author=replace(first.author, language=language))
    received = await receive(acme.id, first)
    assert received.run_id
    await receive(acme.id, heard(connection, "and?"))
    assert said(superuser, received) == [("contact", "hi"), ("system", notice), ("contact", "and?")]
    assert deliveries(superuser, acme) == [(notice, "ready")]
    stored = messages(superuser, received.conversation_id)[1]
    assert (stored["reply_to"], stored["role"]) == (None, "assistant")


# ── late ───────────────────────────────────────────────────────────────────────────────────────


async def test_what_arrives_late_says_so_and_is_never_answered_later(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    sent_at = datetime.now(UTC) - timedelta(hours=25)
    late = await receive(acme.id, heard(connection, "yesterday", sent_at=sent_at))
    (stored,) = messages(superuser, late.conversation_id)
    assert stored["parts"] == [{"kind": "arrived_late", "sent_at": sent_at.isoformat()}]
    assert late.conversation_id
    await handover.take(acme.id, late.conversation_id, acme.ben.id)
    await handover.give_back(acme.id, late.conversation_id, acme.ben.id)
    assert runs(superuser, acme) == []


async def test_the_window_counts_from_the_newest_stamp_of_the_platform(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    now = datetime.now(UTC)
    stamps = [now - timedelta(hours=2), now - timedelta(hours=30), now + timedelta(hours=3)]
    heard_at = []
    for stamp in stamps:
        received = await receive(acme.id, heard(connection, "hi", sent_at=stamp))
        (row,) = rows(
            superuser,
            "SELECT last_inbound_at FROM conversations WHERE id = %s",
            received.conversation_id,
        )
        heard_at.append(row["last_inbound_at"])
    assert heard_at[:2] == [stamps[0], stamps[0]], "what comes late moves nothing"
    assert now <= heard_at[2] < now + timedelta(minutes=5), "nor does a clock that is ahead"


# ── who said what ──────────────────────────────────────────────────────────────────────────────


async def test_in_a_group_the_model_is_told_who_says_what_and_which_files_came_with_it(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    worker = await Worker.hired(acme)
    file = {"kind": "file", "name": "prices.pdf", "mime": "application/pdf", "size": 2_000_000}
    names = []
    for key in ("C1/1", None):
        sent = heard(connection, "", author="Ana", key=key, parts=[file])
        (first, *_) = [
            await receive(acme.id, each)
            for each in (sent, heard(connection, "well?", author="Ana", key=key))
        ]
        begin_now(superuser, acme)
        claimed = await worker.claim(first.run_id)
        assert claimed
        assert claimed.asked
        (before,) = claimed.said_before
        assert (before.text, before.parts) == ("", [file])
        names += [before.author_name, claimed.asked.author_name]
    assert names == ["Ana", "Ana", None, None], "one who writes alone needs no name"
