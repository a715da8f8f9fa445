"""Who may speak: taken, answered by a colleague, given back. The database decides, under the
conversation's lock, and every message gets its outcome."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest
from shared.conversations import control, handover
from shared.conversations.changing_hands import Holding
from shared.conversations.interrupting import HandOver
from shared.conversations.receive import receive
from shared.db import TenantSession
from shared.errors import Conflict, Forbidden, Unavailable

from tests.support.handing_over import Talk
from tests.support.heard import Worker, begin_now, connect, heard, messages, rows
from tests.support.people import World, leave
from tests.support.sizes import sized

TAKEN = "Admin answers here now."
BACK = "Ada answers here again."


@pytest.fixture
async def talk(acme: World, superuser: psycopg.Connection) -> Talk:
    """The admin's own, so that they may take it themselves."""
    return await Talk.begun(acme, acme.admin, superuser)


async def test_what_its_agent_was_saying_ends_before_the_notice(talk: Talk) -> None:
    asked = await talk.say("1")
    later = await talk.say("2")
    claimed = await talk.claim(asked)
    assert claimed
    taken = await handover.take(talk.world.id, talk.id, talk.person.id)
    assert (taken.handling, taken.hold_epoch, taken.holder_name) == ("human", 1, "Admin")
    assert await talk.worker.answer(claimed) is None
    assert await talk.claim(later) is None
    assert talk.said() == [
        ("user", "complete", "1"),
        ("user", "complete", "2"),
        ("assistant", "failed", ""),
        ("assistant", "failed", ""),
        ("system", "complete", TAKEN),
    ]
    assert {m["error_code"] for m in messages(talk.database, talk.id)} == {None, "taken_over"}
    assert [run["state"] for run in talk.runs()] == ["stopped", "stopped"]


async def test_taking_again_changes_nothing(talk: Talk) -> None:
    first = await handover.take(talk.world.id, talk.id, talk.person.id)
    assert await handover.take(talk.world.id, talk.id, talk.person.id) == first
    assert len(talk.said()) == 1


async def test_while_a_person_has_it_no_run_is_made_and_none_claimed(talk: Talk) -> None:
    await handover.take(talk.world.id, talk.id, talk.person.id)
    sent = await talk.say("anybody?")
    assert (sent.handling, sent.nudge) == ("human", None)
    assert talk.runs() == []
    assert talk.row()["waiting_since"] is not None
    made_by_an_older_gateway = _add_run(talk, sent.message.id)
    assert await talk.worker.claim(made_by_an_older_gateway) is None
    await handover.give_back(talk.world.id, talk.id, talk.person.id)
    claimed = await talk.worker.claim(made_by_an_older_gateway)
    assert claimed
    assert claimed.text == "anybody?"


def _add_run(talk: Talk, message_id: UUID) -> UUID:
    (made,) = rows(
        talk.database,
        "INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,"
        " next_nudge_at) VALUES (%s, %s, 'web', %s, %s, '{}', now()) RETURNING id",
        talk.world.id, talk.world.agent_id, str(talk.id), str(message_id),
    )  # fmt: skip
    run_id: UUID = made["id"]
    return run_id


async def test_a_colleagues_words_are_the_outcome_of_what_is_unanswered(talk: Talk) -> None:
    asked = await talk.say("1")
    assert await talk.claim(asked)
    await handover.take(talk.world.id, talk.id, talk.person.id)
    await talk.say("2")
    await talk.say("3")
    replied = await handover.reply(talk.world.id, talk.id, talk.person.id, "Here I am.")
    assert replied.message.reply_to is not None
    assert talk.row()["waiting_since"] is None
    more = await handover.reply(talk.world.id, talk.id, talk.person.id, "Anything else?")
    assert more.message.reply_to is None
    assert talk.outcomes() == {
        "1": [("assistant", "failed", ""), ("member", "merged", "")],
        "2": [("member", "merged", "")],
        "3": [("member", "complete", "Here I am.")],
    }
    await handover.give_back(talk.world.id, talk.id, talk.person.id)
    assert "pending" not in [run["state"] for run in talk.runs()]


async def test_the_same_key_is_the_same_message(talk: Talk) -> None:
    once = await handover.reply(talk.world.id, talk.id, talk.person.id, "Hello.", key="k")
    assert await handover.reply(talk.world.id, talk.id, talk.person.id, "Hello.", key="k") == once
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await handover.reply(talk.world.id, talk.id, talk.person.id, "Bye.", key="k")
    assert [who for who, *_ in talk.said()] == ["system", "member"]


async def test_given_back_the_newest_unanswered_message_is_answered(talk: Talk) -> None:
    asked = await talk.say("1")
    claimed = await talk.claim(asked)
    assert claimed
    assert claimed.attempt == 1
    await handover.take(talk.world.id, talk.id, talk.person.id)
    await talk.say("2")
    await talk.say("3")
    back = await handover.give_back(talk.world.id, talk.id, talk.person.id)
    assert (back.handling, back.hold_epoch) == ("agent", 2)
    (pending,) = [run for run in talk.runs() if run["state"] == "pending"]
    assert pending["trigger"] == "give_back"
    again = await talk.worker.claim(pending["id"])
    assert again
    assert (again.text, again.covers) == ("3", True)
    assert [(said.author_kind, said.text) for said in again.said_before][:3] == [
        ("system", BACK),
        (None, "2"),
        ("system", TAKEN),
    ]
    assert await talk.worker.answer(again)
    assert talk.outcomes() == {
        "1": [("assistant", "failed", ""), ("assistant", "merged", "")],
        "2": [("assistant", "merged", "")],
        "3": [("assistant", "complete", "Hello!")],
    }


async def test_attempts_go_on_where_they_were(talk: Talk) -> None:
    asked = await talk.say("1")
    assert await talk.claim(asked)
    for attempt in (2, 3):
        await handover.take(talk.world.id, talk.id, talk.person.id)
        await handover.give_back(talk.world.id, talk.id, talk.person.id)
        (pending,) = [run for run in talk.runs() if run["state"] == "pending"]
        claimed = await talk.worker.claim(pending["id"])
        assert claimed
        assert (claimed.attempt, claimed.attempt - claimed.released) == (attempt, 1)


async def test_given_back_with_all_answered_nothing_begins(talk: Talk) -> None:
    asked = await talk.say("1")
    claimed = await talk.claim(asked)
    assert claimed
    assert await talk.worker.answer(claimed)
    await handover.take(talk.world.id, talk.id, talk.person.id)
    await handover.give_back(talk.world.id, talk.id, talk.person.id)
    assert [run["state"] for run in talk.runs()] == ["done"]
    with pytest.raises(Conflict, match="Ada answers here already"):
        await handover.give_back(talk.world.id, talk.id, talk.person.id)


async def test_of_takers_at_once_one_wins_and_the_others_learn_who(
    acme: World, superuser: psycopg.Connection
) -> None:
    for _ in range(sized(20, full=1_000)):
        talk = await Talk.begun(acme, acme.anna, superuser)
        await control_reset(talk)
        await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
        takers = [acme.admin, acme.ben]
        results = await asyncio.gather(
            *(handover.take(acme.id, talk.id, taker.id) for taker in takers),
            return_exceptions=True,
        )
        (won,) = [each for each in results if isinstance(each, Holding)]
        (lost,) = [each for each in results if isinstance(each, Conflict)]
        assert won.holder_name is not None
        assert lost.message == f"{won.holder_name} has this conversation."
        assert lost.code == "taken"


async def control_reset(talk: Talk) -> None:
    async with TenantSession(talk.world.id) as session, session.transaction():
        await control.reset(session, talk.id)


async def test_an_admin_takes_from_a_colleague_and_nobody_else(
    acme: World, superuser: psycopg.Connection
) -> None:
    talk = await Talk.begun(acme, acme.anna, superuser)
    shown = await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
    await handover.take(acme.id, talk.id, acme.ben.id, epoch=shown.hold_epoch)
    with pytest.raises(Forbidden, match="Only an admin"):
        await handover.take(acme.id, talk.id, acme.anna.id, force=True)
    with pytest.raises(Conflict, match="changed hands"):
        await handover.take(acme.id, talk.id, acme.admin.id, epoch=shown.hold_epoch, force=True)
    with pytest.raises(Conflict, match="Ben has this"):
        await handover.reply(acme.id, talk.id, acme.admin.id, "I know better.")
    with pytest.raises(Conflict, match="Ben has this"):
        await handover.give_back(acme.id, talk.id, acme.anna.id)
    await handover.take(acme.id, talk.id, acme.admin.id, force=True)
    assert [content for *_, content in talk.said()][1:] == ["Ben answers here now.", TAKEN]
    (item,) = talk.items()
    assert (item["claimed_by"], item["resolved_at"]) == (acme.admin.id, None)
    await handover.give_back(acme.id, talk.id, acme.admin.id)
    (item,) = talk.items()
    assert item["resolved_by"] == acme.admin.id


async def test_a_members_own_chat_is_theirs_until_they_show_it(
    acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    talk = await Talk.begun(acme, acme.anna, superuser)
    with pytest.raises(Forbidden, match="own chat"):
        await handover.take(acme.id, talk.id, acme.admin.id)
    with pytest.raises(Forbidden, match="own chat"):
        await handover.reply(acme.id, talk.id, acme.admin.id, "Boo!")
    with pytest.raises(Forbidden, match="Only the person"):
        await handover.show_to_colleague(acme.id, talk.id, acme.ben.id)
    with pytest.raises(Forbidden, match="Only a member"):
        await handover.take(acme.id, talk.id, globex.admin.id)
    assert talk.said() == []
    await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
    await handover.take(acme.id, talk.id, acme.admin.id)
    await handover.give_back(acme.id, talk.id, acme.admin.id)
    with pytest.raises(Forbidden, match="own chat"):
        await handover.take(acme.id, talk.id, acme.admin.id)


async def test_nothing_is_taken_while_a_worker_of_the_version_before_is_at_work(
    talk: Talk,
) -> None:
    older = uuid4()
    talk.database.execute(
        "INSERT INTO worker_leases (id, name, started_at, expires_at)"
        " VALUES (%s, 'old', now(), now() + interval '1 hour')",
        (older,),
    )
    with pytest.raises(Unavailable) as refused:
        await handover.take(talk.world.id, talk.id, talk.person.id)
    assert (refused.value.code, refused.value.retryable) == ("upgrading", True)
    talk.database.execute("DELETE FROM worker_leases WHERE id = %s", (older,))
    await handover.take(talk.world.id, talk.id, talk.person.id)


async def test_meanwhile_nothing_is_tried_again_or_stopped(talk: Talk) -> None:
    asked = await talk.say("1")
    await handover.take(talk.world.id, talk.id, talk.person.id)
    with pytest.raises(Conflict) as refused:
        await control.retry(talk.world.id, talk.id, asked.message.id)
    assert refused.value.code == "held_by_person"
    with pytest.raises(Conflict, match="Nothing is being answered"):
        await control.stop(talk.world.id, talk.id, None)
    await handover.reply(talk.world.id, talk.id, talk.person.id, "So.")
    await handover.give_back(talk.world.id, talk.id, talk.person.id)
    with pytest.raises(Conflict, match="answered already"):
        await control.retry(talk.world.id, talk.id, asked.message.id)


async def test_a_reset_gives_it_back_to_its_agent(
    acme: World, superuser: psycopg.Connection
) -> None:
    talk = await Talk.begun(acme, acme.anna, superuser)
    await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
    await handover.take(acme.id, talk.id, acme.admin.id)
    await control_reset(talk)
    row = talk.row()
    assert (row["handling"], row["held_by"], row["hold_epoch"]) == ("agent", None, 3)
    assert [item["resolved_at"] is not None for item in talk.items()] == [True]
    assert talk.said() == []
    assert (await talk.say("Hello")).nudge


async def test_a_holder_who_leaves_or_is_silent_gives_it_to_another(
    acme: World, superuser: psycopg.Connection
) -> None:
    talk = await Talk.begun(acme, acme.anna, superuser)
    await handover.show_to_colleague(acme.id, talk.id, acme.anna.id)
    await handover.take(acme.id, talk.id, acme.ben.id)
    assert await handover.expire_holds(after_s=0) == 0, "nobody waits"
    await talk.say("Still there?")
    assert await handover.expire_holds(after_s=3600) == 0
    assert await handover.expire_holds(after_s=0) == 1
    row = talk.row()
    assert (row["handling"], row["held_by"]) == ("waiting", None)
    assert talk.said()[-1][2].startswith("Ben is not here any more.")
    assert [item["resolved_at"] is None for item in talk.items()] == [False, True]
    await handover.take(acme.id, talk.id, acme.ben.id)
    await leave(acme.id, acme.ben.id)
    assert await handover.expire_holds(after_s=3600) == 1
    assert talk.row()["handling"] == "waiting"


# ── on outside channels ────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def connection(acme: World) -> UUID:
    return await connect(acme)


async def _begun(
    acme: World, connection: UUID, superuser: psycopg.Connection, text: str
) -> tuple[UUID, UUID]:
    """(conversation, run) of a contact's message."""
    received = await receive(acme.id, heard(connection, text, key="C1"))
    begin_now(superuser, acme)
    assert received.conversation_id
    assert received.run_id
    return received.conversation_id, received.run_id


def _deliveries(superuser: psycopg.Connection, conversation_id: UUID) -> list[tuple[str, str]]:
    found = rows(
        superuser,
        "SELECT message.content, delivery.state FROM deliveries AS delivery"
        " JOIN messages AS message ON message.id = delivery.message_id"
        " WHERE delivery.conversation_id = %s ORDER BY delivery.seq, delivery.n",
        conversation_id,
    )
    return [(each["content"], each["state"]) for each in found]


async def test_an_agent_hands_over_with_the_notice_as_its_answer(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    worker = await Worker.hired(acme)
    conversation_id, run_id = await _begun(acme, connection, superuser, "A person, please!")
    run = await worker.claim(run_id)
    assert run
    ending = HandOver(run.id, worker.id, run.attempt)
    given = {"reason": "asked", "summary": "Wants a person."}
    lost = HandOver(run.id, uuid4(), run.attempt)
    assert await handover.hand_over(acme.id, "slack", conversation_id, lost, **given) is None
    stored = await handover.hand_over(acme.id, "slack", conversation_id, ending, **given)
    assert stored
    assert stored.reply_to is not None
    sentence = "A colleague was asked to answer here."
    assert _deliveries(superuser, conversation_id) == [(sentence, "ready")]
    (item,) = rows(superuser, "SELECT * FROM attention_items WHERE tenant_id = %s", acme.id)
    assert (item["kind"], item["details"]) == ("handover", given)
    assert await worker.answer(run) is None, "it has had its say"
    again = await receive(acme.id, heard(connection, "Hello?", key="C1"))
    assert again.run_id is None
    superuser.execute("UPDATE agents SET helps_while_waiting = true")
    helped = await receive(acme.id, heard(connection, "Anyone?", key="C1"))
    assert helped.run_id
    begin_now(superuser, acme)
    assert await worker.claim(helped.run_id)


async def test_what_was_not_sent_yet_is_not_sent_after_a_take(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    worker = await Worker.hired(acme)
    conversation_id, run_id = await _begun(acme, connection, superuser, "1")
    first = await worker.claim(run_id)
    assert first
    assert await worker.answer(first, "begun")
    superuser.execute("UPDATE deliveries SET state = 'sending'")
    superuser.execute(
        "INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id, message_id,"
        " seq, n) SELECT tenant_id, channel, connection_id, conversation_id, message_id, seq, 2"
        " FROM deliveries"
    )
    _, run_id = await _begun(acme, connection, superuser, "2")
    second = await worker.claim(run_id)
    assert second
    assert await worker.answer(second, "not begun")
    await handover.take(acme.id, conversation_id, acme.ben.id)
    await handover.reply(acme.id, conversation_id, acme.ben.id, "Me.")
    assert _deliveries(superuser, conversation_id) == [
        ("begun", "sending"),
        ("begun", "ready"),
        ("not begun", "dropped"),
        ("Ben answers here now.", "ready"),
        ("Me.", "ready"),
    ]


async def test_a_message_that_came_meanwhile_is_answered_on_its_channel(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    worker = await Worker.hired(acme)
    conversation_id, _ = await _begun(acme, connection, superuser, "1")
    await handover.take(acme.id, conversation_id, acme.ben.id)
    came = await receive(acme.id, heard(connection, "2", key="C1"))
    assert came.run_id is None
    await handover.give_back(acme.id, conversation_id, acme.ben.id)
    (pending,) = rows(superuser, "SELECT * FROM agent_runs WHERE state = 'pending'")
    run = await worker.claim(pending["id"])
    assert run
    assert run.message_id == came.message_id
    assert run.payload["sender"]["user_id"] == "U1"
    assert run.payload["connection_id"] == str(connection)
    assert await worker.answer(run)
    assert _deliveries(superuser, conversation_id)[-1] == ("Hello!", "ready")


async def test_the_notice_is_in_the_persons_language(
    acme: World, connection: UUID, superuser: psycopg.Connection
) -> None:
    conversation_id, _ = await _begun(acme, connection, superuser, "Hola")
    for language, said in {
        "es-MX": "Admin responde",
        "pt_BR": "Admin responde",
        "de": TAKEN,
    }.items():
        superuser.execute("UPDATE channel_conversations SET language = %s", (language,))
        await handover.take(acme.id, conversation_id, acme.admin.id)
        assert said in messages(superuser, conversation_id)[-1]["content"]
        await handover.give_back(acme.id, conversation_id, acme.admin.id)
