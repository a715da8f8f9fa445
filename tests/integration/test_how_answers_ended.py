"""Why an answer failed, and that it was cut at its limit, is told with it, now and ever after."""

import json
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.support.people import World
from tests.support.stack import Stack

ENDINGS = {
    "[[model: fail=503]] hello": ("failed", "model_broken", None),
    "[[model: fail=cut after=3 rate=50]] one two three": ("failed", "model_cut", "broken_off"),
    "[[model: fail=error after=2]] one two three": ("failed", "model_broken", "broken_off"),
    "[[model: tokens=1100]] go": ("complete", None, "length"),
    "hello": ("complete", None, None),
}
FIELDS = ("seq", "reply_to", "status", "error_code", "finish")


@pytest.mark.parametrize(("said", "ending"), ENDINGS.items())
async def test_how_an_answer_ended_is_told_live_in_history_and_when_catching_up(
    stack: Stack, acme: World, api: httpx.AsyncClient, said: str, ending: tuple[str | None, ...]
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say(said)
        live = (await client.expect("response")).model_dump(mode="json")
    assert (live["status"], live["error_code"], live["finish"]) == ending

    path = f"/api/portal/chat/conversations/{conversation_id}/messages"
    (_, stored) = (await api.get(path, headers=acme.anna.headers)).json()
    async with await stack.connect(acme.anna, conversation_id, last_seq=1) as again:
        caught_up = again.frames[0].model_dump(mode="json")
    assert told(stored) == told(caught_up) == told(live)
    assert stored["content"] == caught_up["content"] == live["text"]
    if ending[2] == "broken_off":
        assert live["text"].startswith("echo: one"), "what was said until then"
    elif ending[0] == "failed":
        assert live["text"].endswith("."), "the reason, as a sentence"


async def test_what_a_failed_answer_said_is_not_told_to_the_model(
    stack: Stack, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say("[[model: fail=cut after=3 rate=50]] one two three")
        await client.expect("response")
        answer = await client.ask("and now?")
    assert answer.text == "echo: one two three\n\nand now? (history: 0)", "both said by the person"


@pytest.mark.parametrize("tokens", ["3000000000", "-5", '"many"', "[]", "1e400"])
async def test_a_count_that_is_none_costs_no_answer(stack: Stack, acme: World, tokens: str) -> None:
    usage = json.dumps(f'{{"prompt_tokens": {tokens}, "completion_tokens": {tokens}}}')
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        assert (await client.ask(f'[[model: text="Hello" usage={usage}]] hi')).text == "Hello"
    with psycopg.connect(stack.database.superuser_conninfo) as connection:
        (run,) = connection.execute(
            "SELECT state, attempt FROM agent_runs WHERE thread_id = %s", [str(conversation_id)]
        )
    assert run == ("done", 1)


async def test_when_a_busy_model_may_be_asked_again_is_told(stack: Stack, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say("[[model: fail=429 retry=30]] hi")
        error = await client.expect("error")
    assert (error.code, error.retry_after_s) == ("model_busy", 30)
    assert "30 seconds" in error.message


REFUSED = [
    (402, "model_not_paid", None),
    (401, "model_key_refused", "KONSTRUCT_LLM_API_KEY"),
    (404, "model_unknown", "KONSTRUCT_LLM_MODEL"),
]


@pytest.mark.parametrize(("status", "code", "setting"), REFUSED)
async def test_what_the_provider_said_is_in_the_log_and_no_key_is(
    stack: Stack, acme: World, status: int, code: str, setting: str | None
) -> None:
    marker = uuid4().hex
    body = json.dumps(f'{{"error":"{marker} no such model sk-abcdefgh"}}')
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say(f"[[model: fail={status} body={body}]] hi")
        error = await client.expect("error")
    assert error.code == code
    (line,) = [
        json.loads(line)
        for worker in stack.workers
        for line in worker.log_text().splitlines()
        if marker in line
    ]
    assert (line["event"], line["provider_status"]) == ("model_failed", status)
    assert line.get("setting") == setting
    assert "sk-…" in line["provider_said"]


def told(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: frame[name] for name in FIELDS}
