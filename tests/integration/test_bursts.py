"""Who says one thing in several messages gets one answer; each message gets its outcome, and the
model reads what stands when its run is claimed."""

import asyncio
import random
from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

import psycopg
import pytest
from shared.conversations import control
from shared.conversations.receive import Received, receive
from shared.conversations.revisions import delete, edit
from shared.conversations.turns import asking
from shared.errors import Conflict

from tests.support.heard import (
    CHANNEL,
    Worker,
    begin_now,
    connect,
    edited,
    heard,
    messages,
    rows,
    waiting_for_locks,
)
from tests.support.people import World
from tests.support.waiting import eventually

Result = TypeVar("Result")


@pytest.fixture
async def connection(acme: World) -> UUID:
    return await connect(acme)


@pytest.fixture
async def worker(acme: World) -> Worker:
    return await Worker.hired(acme)


async def say(acme: World, connection: UUID, *texts: str, author: str = "U1") -> list[Received]:
    return [
        await receive(acme.id, heard(connection, text, author=author, key="C1")) for text in texts
    ]


def outcomes(superuser: psycopg.Connection, conversation_id: UUID | None) -> list[tuple[str, str]]:
    """(what was answered, how), in the order of what was stored."""
    stored = messages(superuser, conversation_id)
    texts = {m["id"]: m["content"] for m in stored}
    return [(texts[m["reply_to"]], m["status"]) for m in stored if m["reply_to"]]


async def test_what_is_said_while_one_is_answered_is_answered_together(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    (first,) = await say(acme, connection, "1")
    begin_now(superuser, acme)
    run = await worker.claim(first.run_id)
    assert run
    later = await say(acme, connection, "2", "3", "4", "5", "6")
    assert await worker.claim(later[0].run_id) is None, "one after the other"
    assert await worker.answer(run)
    begin_now(superuser, acme)
    together = await worker.claim(later[0].run_id)
    assert together
    assert (together.message_id, together.text) == (later[-1].message_id, "6")
    assert [said.text for said in together.said_before] == ["5", "4", "3", "2", "Hello!", "1"]
    for other in later:
        assert await worker.claim(other.run_id) is None
    ended = await worker.answer(together)
    assert ended
    assert [each.reply_to for each in ended.merged] == [each.message_id for each in later[:-1]]
    assert outcomes(superuser, first.conversation_id) == [
        ("1", "complete"),
        *((text, "merged") for text in "2345"),
        ("6", "complete"),
    ]
    stored = messages(superuser, first.conversation_id)
    assert [m["seq"] for m in stored] == [*range(1, len(stored) + 1)]
    assert len(rows(superuser, "SELECT FROM deliveries")) == 2


async def test_others_in_a_group_are_not_merged_and_nobody_overtakes(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    anna = await say(acme, connection, "a1", "a2", author="A")
    (ben,) = await say(acme, connection, "b1", author="B")
    (later,) = await say(acme, connection, "a3", author="A")
    begin_now(superuser, acme)
    run = await worker.claim(anna[0].run_id)
    assert run
    assert run.text == "a2"
    assert await worker.answer(run)
    begin_now(superuser, acme)
    for each, text in (ben, "b1"), (later, "a3"):
        run = await worker.claim(each.run_id)
        assert run
        assert run.text == text
        assert await worker.answer(run)
    assert [how for _, how in outcomes(superuser, ben.conversation_id)] == [
        "merged",
        "complete",
        "complete",
        "complete",
    ]


async def test_an_author_is_waited_for_and_not_for_ever(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    (first,) = await say(acme, connection, "1")
    assert await worker.claim(first.run_id) is None, "more may come"
    waits = """SELECT extract(epoch FROM min(not_before) - min(created_at)) AS first,
                      extract(epoch FROM max(not_before) - max(created_at)) AS last,
                      count(DISTINCT not_before) AS moments
                 FROM agent_runs"""
    (alone,) = rows(superuser, waits)
    assert 1.4 < alone["first"] < 1.6
    superuser.execute("UPDATE agent_runs SET created_at = created_at - interval '4 seconds'")
    await say(acme, connection, "2")
    (both,) = rows(superuser, waits)
    assert both["moments"] == 1
    assert 4.9 < both["first"] < 5.1


@pytest.mark.parametrize("seed", range(8))
async def test_each_message_has_one_outcome_whoever_claims_when(
    acme: World, connection: UUID, superuser: psycopg.Connection, seed: int
) -> None:
    """Messages come while workers claim, answer and vanish, nudged by whichever id."""
    dice = random.Random(seed)
    workers = [await Worker.hired(acme) for _ in range(3)]
    told: list[Received] = []

    async def people() -> None:
        for number in range(20):
            author = dice.choice("AAAB")
            told.extend(await say(acme, connection, str(number), author=author))
            begin_now(superuser, acme)
            await asyncio.sleep(dice.random() / 100)

    async def work(worker: Worker) -> None:
        while not done():
            run = told and await worker.claim(dice.choice(told).run_id)
            if run and dice.random() < 0.8:
                await worker.answer(run)
            elif run:  # it vanishes, and others take its run
                superuser.execute(
                    "UPDATE agent_runs SET worker_id = gen_random_uuid() WHERE id = %s", (run.id,)
                )
            await asyncio.sleep(0)

    def done() -> bool:
        unfinished = "SELECT FROM agent_runs WHERE state IN ('pending', 'running')"
        return len(told) == 20 and not rows(superuser, unfinished)

    async with asyncio.timeout(60):
        await asyncio.gather(people(), *map(work, workers))
    stored = messages(superuser, told[0].conversation_id)
    asked = [m["id"] for m in stored if m["role"] == "user"]
    answered = [m["reply_to"] for m in stored if m["role"] == "assistant"]
    assert answered == asked, "each once, in their order"
    assert [m["seq"] for m in stored] == [*range(1, 41)]


async def after(seconds: float, work: Awaitable[Result]) -> Result:
    await asyncio.sleep(seconds)
    return await work


async def test_an_edit_is_read_or_noted_and_never_lost(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    """The run's row decides who was first."""
    read = noted = 0
    for number in range(30):
        said = heard(connection, "old", author=f"U{number}")
        received = await receive(acme.id, said)
        begin_now(superuser, acme)
        early, late = sorted(random.random() / 100 for _ in range(2))
        revised, run = await asyncio.gather(
            after(late, edit(acme.id, edited(said, "r1"), "new")),
            after(early if number % 3 else late, worker.claim(received.run_id)),
        )
        assert run
        assert run.text == ("new" if revised.in_time else "old")
        stored = [m["content"] for m in messages(superuser, received.conversation_id)]
        assert stored == (["new"] if revised.in_time else ["old", "new"])
        read, noted = read + revised.in_time, noted + (not revised.in_time)
        assert (await edit(acme.id, edited(said, "r1"), "new")).known
    assert read
    assert noted


async def test_the_model_is_told_of_a_change_that_came_too_late(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    said = heard(connection, "at 5", key="C1")
    first = await receive(acme.id, said)
    begin_now(superuser, acme)
    run = await worker.claim(first.run_id)
    assert run
    assert not (await edit(acme.id, edited(said, "r1"), "at 6")).in_time
    assert await worker.answer(run, "At 5, then.")
    (later,) = await say(acme, connection, "and?")
    begin_now(superuser, acme)
    run = await worker.claim(later.run_id)
    assert run
    assert [(s.text, s.author_kind) for s in reversed(run.said_before)] == [
        ("at 5", "contact"),
        ("At 5, then.", None),
        ("at 6", "edit"),
    ]


async def test_what_is_taken_back_before_anybody_reads_it_is_not_answered(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    said = heard(connection, "my password is 1234")
    received = await receive(acme.id, said)
    assert (await delete(acme.id, edited(said, "deleted"))).in_time
    begin_now(superuser, acme)
    assert await worker.claim(received.run_id) is None
    (stored,) = messages(superuser, received.conversation_id)
    assert stored["content"] == ""
    assert (await delete(acme.id, edited(said, "deleted"))).known


async def ask(acme: World, conversation_id: UUID, message_id: UUID, text: str) -> asking.Asked:
    payload = {"sender": {"user_id": str(acme.anna.id)}, "content": {"text": ""}}
    asked = await asking.ask(
        acme.id,
        "web",
        conversation_id,
        message_id=message_id,
        text=text,
        client_message_id=None,
        payload=payload,
        first_nudge_s=60,
        may_merge=True,
    )
    assert asked
    return asked


async def test_on_the_web_stop_and_retry_of_a_merged_message_mean_the_one_it_is_answered_with(
    acme: World, worker: Worker, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    ids = [UUID(int=number) for number in (1, 2)]
    first, _ = [await ask(acme, conversation_id, id_, str(id_.int)) for id_ in ids]
    run = await worker.claim(first.run_id)
    assert run
    assert run.message_id == ids[1]
    await control.stop(acme.id, conversation_id, ids[0])
    (stopped,) = rows(superuser, "SELECT stop_requested_at FROM agent_runs WHERE id = %s", run.id)
    assert stopped["stop_requested_at"]
    assert await worker.answer(run, "Because", status="failed")
    assert outcomes(superuser, conversation_id) == [("1", "merged"), ("2", "failed")]
    retried = await control.retry(acme.id, conversation_id, ids[0])
    assert retried.message.id == ids[1]
    assert retried.nudge
    run = await worker.claim(UUID(retried.nudge["run_id"]))
    assert run
    assert [said.text for said in run.said_before] == ["1"]
    assert await worker.answer(run)
    with pytest.raises(Conflict, match="answered already"):
        await control.retry(acme.id, conversation_id, ids[0])


async def test_a_burst_that_was_given_back_and_is_stopped_has_all_its_outcomes(
    acme: World, worker: Worker, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    ids = [UUID(int=number) for number in (1, 2)]
    first, _ = [await ask(acme, conversation_id, id_, str(id_.int)) for id_ in ids]
    run = await worker.claim(first.run_id)
    assert run
    superuser.execute("UPDATE agent_runs SET state = 'pending' WHERE id = %s", (run.id,))
    third = await ask(acme, conversation_id, UUID(int=3), "3")
    await control.stop(acme.id, conversation_id, ids[0])
    assert outcomes(superuser, conversation_id) == [("1", "merged"), ("2", "stopped")]
    run = await worker.claim(third.run_id)
    assert run
    assert await worker.answer(run)
    assert CHANNEL != run.channel == "web"


async def test_what_ends_while_a_claim_waits_for_it_is_not_taken_along(
    acme: World, connection: UUID, worker: Worker, superuser: psycopg.Connection
) -> None:
    """A message is taken back at the moment at which it is claimed with the one before it."""
    first, second = await say(acme, connection, "1", "2")
    begin_now(superuser, acme)
    with superuser.transaction():
        superuser.execute(
            "UPDATE agent_runs SET state = 'cancelled' WHERE id = %s", (second.run_id,)
        )
        claiming = asyncio.create_task(worker.claim(first.run_id))
        await eventually(lambda: waiting_for_locks(superuser), "the claim waits")
    run = await claiming
    assert run
    assert (run.text, run.covers) == ("1", False)
    states = rows(superuser, "SELECT state FROM agent_runs ORDER BY position")
    assert [row["state"] for row in states] == ["running", "cancelled"]
