"""Why an answer failed, and that it was cut at its limit, is told with it, now and ever after."""

from typing import Any

import httpx
import pytest

from tests.support.people import World
from tests.support.processes import Stack

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


def told(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: frame[name] for name in FIELDS}
