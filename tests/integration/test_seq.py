"""`seq` has no gap and no repeat, also when what is to be stored is refused under the lock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest
from shared.conversations.turns import asking, claiming, ending

from tests.support.people import World
from tests.support.waiting import eventually

WORKER, OTHER_WORKER = uuid4(), uuid4()
Result = TypeVar("Result")


@pytest.fixture
def workers(superuser: psycopg.Connection) -> None:
    for worker_id in (WORKER, OTHER_WORKER):
        superuser.execute(
            "INSERT INTO worker_leases (id, name, started_at, expires_at)"
            " VALUES (%s, 'w', now(), now() + interval '1 hour') ON CONFLICT DO NOTHING",
            (worker_id,),
        )


async def ask(acme: World, conversation_id: UUID, client_message_id: str) -> UUID | None:
    message_id = uuid4()
    stored = await asking.ask(
        acme.id,
        "web",
        conversation_id,
        message_id=message_id,
        text="hello",
        client_message_id=client_message_id,
        payload={"text": "hello"},
        first_nudge_s=60,
        may_merge=False,
    )
    return message_id if stored else None


async def end(acme: World, conversation_id: UUID, run: claiming.ClaimedRun) -> ending.Ended | None:
    return await ending.end(
        acme.id,
        "web",
        conversation_id,
        ending.Ending(run.id, WORKER, run.attempt, "done", None, 1, 1, covers=False),
        message_id=uuid4(),
        text="Hello!",
        status="complete",
        finish=None,
        runs_at_once=9,
    )


async def claim(acme: World, message_id: UUID) -> claiming.ClaimedRun:
    nudge = claiming.Nudge(acme.id, None, message_id)
    run = await claiming.claim(nudge, WORKER, turns=9, runs_at_once=9)
    assert run
    return run


@asynccontextmanager
async def locked(
    superuser: psycopg.Connection, conversation_id: UUID, *waiting: Awaitable[Result]
) -> AsyncIterator["asyncio.Future[list[Result]]"]:
    """The conversation is somebody else's, and those who wait for it do so when this begins."""
    with superuser.transaction():
        superuser.execute(
            "SELECT FROM web_conversations WHERE id = %s FOR UPDATE", (conversation_id,)
        )
        results = asyncio.gather(*waiting)
        await eventually(lambda: _waiting(superuser) >= len(waiting), "all wait for the lock")
        yield results


def _waiting(superuser: psycopg.Connection) -> int:
    superuser.execute("SELECT pg_stat_clear_snapshot()")
    (count,) = superuser.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone() or (0,)
    return int(count)


def seqs(superuser: psycopg.Connection, conversation_id: UUID) -> tuple[int, list[int]]:
    """The conversation's last, and those of its messages."""
    row = superuser.execute(
        "SELECT last_seq, ARRAY(SELECT seq FROM web_conversation_messages AS message"
        " WHERE message.conversation_id = conversation.id ORDER BY seq)"
        " FROM web_conversations AS conversation WHERE id = %s",
        (conversation_id,),
    ).fetchone()
    assert row
    return row[0], row[1]


async def test_what_is_sent_twice_at_once_takes_one_number(
    acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    twice = [ask(acme, conversation_id, "same") for _ in range(3)]
    async with locked(superuser, conversation_id, *twice) as results:
        pass
    assert sum(stored is not None for stored in await results) == 1
    assert await ask(acme, conversation_id, "same") is None
    assert seqs(superuser, conversation_id) == (1, [1])


async def test_an_answer_whose_run_is_lost_while_it_waits_takes_no_number(
    acme: World, superuser: psycopg.Connection, workers: None
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    message_id = await ask(acme, conversation_id, "a")
    assert message_id
    run = await claim(acme, message_id)
    async with locked(superuser, conversation_id, end(acme, conversation_id, run)) as results:
        superuser.execute(
            "UPDATE agent_runs SET worker_id = %s, attempt = attempt + 1 WHERE id = %s",
            (OTHER_WORKER, run.id),
        )
    assert await results == [None]
    assert await end(acme, conversation_id, run) is None
    assert seqs(superuser, conversation_id) == (1, [1])
    assert await ask(acme, conversation_id, "b")
    assert seqs(superuser, conversation_id) == (2, [1, 2])


async def test_the_trigger_serves_those_alone_who_leave_the_number_out(
    acme: World, superuser: psycopg.Connection, workers: None
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    (function,) = superuser.execute(
        "SELECT pg_get_functiondef('web_conversation_messages_take_seq'::regproc)"
    ).fetchone() or ("",)
    superuser.execute(
        "CREATE OR REPLACE FUNCTION web_conversation_messages_take_seq() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$"
    )
    try:
        message_id = await ask(acme, conversation_id, "a")
        assert message_id
        ended = await end(acme, conversation_id, await claim(acme, message_id))
        assert ended
        assert ended.answer.seq == 2
    finally:
        superuser.execute(function)
    await acme.say(conversation_id, "by the trigger")
    assert await ask(acme, conversation_id, "b")
    assert seqs(superuser, conversation_id) == (4, [1, 2, 3, 4])
