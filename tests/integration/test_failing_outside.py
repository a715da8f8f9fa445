"""An answer that fails on an outside channel is tried again by us; then its person reads one
sentence of the business's, and why it failed stays in the house."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from orchestrator.life.context import WorkerContext
from orchestrator.llm import Usage
from orchestrator.pipeline import respond
from orchestrator.pipeline.answer import Outcome, failed
from shared.conversations.receive import Received, receive
from shared.conversations.turns.claiming import Nudge

from tests.support.handing_over import Talk
from tests.support.heard import begin_now, connect, heard, messages, rows
from tests.support.people import World
from tests.support.tool_runs import a_worker

TECHNICAL = "The language model's service reported an error. Please try again in a moment."
APOLOGY = "We could not answer this. A colleague was asked to look at it."
BUSY = failed("model_broken", TECHNICAL)
WRONG = failed("model_key_refused", "Check KONSTRUCT_LLM_API_KEY.", retryable=False)
GOOD = Outcome("complete", "Hello!")

Answers = Callable[[Outcome], None]


@pytest.fixture
async def worker() -> AsyncIterator[WorkerContext]:
    async with a_worker() as worker:
        yield worker


@pytest.fixture
async def connection(acme: World) -> UUID:
    return await connect(acme)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the model says from now on."""

    def say(outcome: Outcome) -> None:
        async def answer(*_: Any) -> Outcome:
            return outcome

        monkeypatch.setattr(respond, "answer", answer)

    return say


async def work(
    worker: WorkerContext, superuser: psycopg.Connection, world: World, run_id: UUID | None
) -> Any:
    """Have the run answered as soon as it may begin; the run then."""
    begin_now(superuser, world)
    await respond.respond_in_turn(worker, Nudge(world.id, run_id, None), {})
    (run,) = rows(
        superuser,
        "SELECT *, extract(epoch FROM not_before - clock_timestamp()) AS waits_s"
        " FROM agent_runs WHERE id = %s",
        run_id,
    )
    return run


def sent(superuser: psycopg.Connection, world: World) -> list[str]:
    found = rows(
        superuser,
        "SELECT message.content FROM deliveries AS delivery"
        " JOIN messages AS message ON message.id = delivery.message_id"
        " WHERE delivery.tenant_id = %s ORDER BY delivery.conversation_id, delivery.seq",
        world.id,
    )
    return [each["content"] for each in found]


def open_items(superuser: psycopg.Connection, world: World) -> list[tuple[str, str]]:
    found = rows(
        superuser,
        "SELECT kind, details ->> 'code' AS code FROM attention_items"
        " WHERE tenant_id = %s AND resolved_at IS NULL",
        world.id,
    )
    return [(item["kind"], item["code"]) for item in found]


async def test_it_is_tried_again_three_times_before_one_sentence_is_said(
    acme: World,
    connection: UUID,
    worker: WorkerContext,
    answers: Answers,
    superuser: psycopg.Connection,
) -> None:
    answers(BUSY)
    asked = await receive(acme.id, heard(connection, "hi"))
    for pause_s in (30, 120, 600):
        run = await work(worker, superuser, acme, asked.run_id)
        assert run["state"] == "pending"
        assert pause_s - 5 < run["waits_s"] <= pause_s
        assert [m["content"] for m in messages(superuser, asked.conversation_id)] == ["hi"]
    run = await work(worker, superuser, acme, asked.run_id)
    assert (run["state"], run["attempt"]) == ("failed", 4)
    assert sent(superuser, acme) == [APOLOGY]
    assert open_items(superuser, acme) == [("answer_failed", "model_broken")]
    *_, outcome, apology = messages(superuser, asked.conversation_id)
    assert (outcome["status"], outcome["content"]) == ("failed", TECHNICAL)
    assert (apology["author_kind"], apology["reply_to"]) == ("system", None)


async def test_what_succeeds_at_last_is_all_its_person_reads(
    acme: World,
    connection: UUID,
    worker: WorkerContext,
    answers: Answers,
    superuser: psycopg.Connection,
) -> None:
    answers(BUSY)
    asked = await receive(acme.id, heard(connection, "hi", key="C1"))
    later = await receive(acme.id, heard(connection, "me, too", author="U2", key="C1"))
    await work(worker, superuser, acme, asked.run_id)
    answers(GOOD)
    assert (await work(worker, superuser, acme, later.run_id))["state"] == "pending", (
        "in their turn"
    )
    assert (await work(worker, superuser, acme, asked.run_id))["state"] == "done"
    assert sent(superuser, acme) == ["Hello!"]
    assert open_items(superuser, acme) == []


async def test_what_would_fail_again_is_told_at_once_and_only_once_until_it_is_well_again(
    acme: World,
    connection: UUID,
    worker: WorkerContext,
    answers: Answers,
    superuser: psycopg.Connection,
) -> None:
    async def ask(outcome: Outcome) -> Received:
        answers(outcome)
        asked = await receive(acme.id, heard(connection, "hi"))
        await work(worker, superuser, acme, asked.run_id)
        return asked

    await ask(WRONG)
    await ask(WRONG)
    assert sent(superuser, acme) == [APOLOGY]
    assert open_items(superuser, acme) == [("answer_failed", "model_key_refused")]
    await ask(GOOD)
    assert open_items(superuser, acme) == []
    await ask(WRONG)
    assert sent(superuser, acme) == [APOLOGY, "Hello!", APOLOGY]
    assert open_items(superuser, acme) == [("answer_failed", "model_key_refused")]


async def test_what_failed_attempts_used_is_counted_too(
    acme: World,
    connection: UUID,
    worker: WorkerContext,
    answers: Answers,
    superuser: psycopg.Connection,
) -> None:
    asked = await receive(acme.id, heard(connection, "hi"))
    answers(replace(BUSY, usage=Usage(10, 5)))
    await work(worker, superuser, acme, asked.run_id)
    answers(replace(GOOD, usage=Usage(10, 2**31 - 1)))
    run = await work(worker, superuser, acme, asked.run_id)
    assert (run["state"], run["input_tokens"], run["output_tokens"]) == ("done", 20, 2**31 - 1)


async def test_nobody_is_made_wait_beyond_the_platforms_window(
    acme: World,
    connection: UUID,
    worker: WorkerContext,
    answers: Answers,
    superuser: psycopg.Connection,
) -> None:
    superuser.execute("UPDATE channel_connections SET reply_window_s = 100")
    answers(BUSY)
    asked = await receive(acme.id, heard(connection, "hi"))
    assert (await work(worker, superuser, acme, asked.run_id))["state"] == "pending"
    assert (await work(worker, superuser, acme, asked.run_id))["state"] == "failed"
    assert sent(superuser, acme) == [APOLOGY]


async def test_on_the_web_the_person_sees_it_and_asks_again_themselves(
    acme: World, worker: WorkerContext, answers: Answers, superuser: psycopg.Connection
) -> None:
    answers(BUSY)
    talk = await Talk.begun(acme, acme.anna, superuser)
    asked = await talk.say("hi")
    assert asked.nudge
    run = await work(worker, superuser, acme, UUID(asked.nudge["run_id"]))
    assert run["state"] == "failed"
    assert [text for *_, text in talk.said()] == ["hi", TECHNICAL]
    assert open_items(superuser, acme) == []
