"""The protocol's page is true: its frames are ours, and its client works, also when cut off."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from shared.events import SERVER_FRAMES, CloseCode, client_frame_adapter

from tests.support.people import World
from tests.support.processes import Stack

PAGE = (Path(__file__).parents[2] / "docs" / "web-chat-protocol.md").read_text()
CLIENT_FRAMES, SERVER_FRAME_LINES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
(CLIENT,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def lines(block: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in block.strip().splitlines())


def test_every_frame_a_client_sends_is_shown_and_valid() -> None:
    shown = [client_frame_adapter.validate_python(frame) for frame in lines(CLIENT_FRAMES)]
    assert {frame.type for frame in shown} == {"auth", "message", "stop", "retry"}


def test_every_frame_a_client_gets_is_shown_and_valid() -> None:
    shown = list(lines(SERVER_FRAME_LINES))
    assert {frame["type"] for frame in shown} == set(SERVER_FRAMES)
    for frame in shown:
        model = SERVER_FRAMES[frame["type"]]
        assert set(frame) <= set(model.model_fields)
        model.model_validate(frame)


def test_every_close_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", PAGE, re.MULTILINE)}
    assert told == set(CloseCode)


@pytest.fixture
def client_class() -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(CLIENT, "web-chat-protocol.md", "exec"), namespace)
    return namespace["Chat"]


async def test_the_page_s_client_asks_is_cut_off_and_loses_nothing(
    stack: Stack, acme: World, client_class: Any
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    chat = client_class(
        stack.gateways[0].socket_url(conversation_id), acme.anna.auth_frame() | {"type": "auth"}
    )
    running = asyncio.create_task(chat.run())
    try:
        async with asyncio.timeout(30):
            status, text = await chat.ask('[[model: text="In the post."]] Where is my order?')
            assert (status, text) == ("complete", "In the post.")

            asking = asyncio.create_task(chat.ask("[[model: tokens=60 rate=60]] Tell me more."))
            while not chat.writing:  # noqa: ASYNC110 - the page's client has no event for this
                await asyncio.sleep(0.01)
            chat.socket.transport.abort()
            status, text = await asking
            assert status == "complete"
        assert [role for _, (role, _) in sorted(chat.messages.items())] == [
            "user",
            "assistant",
            "user",
            "assistant",
        ]
        assert chat.messages[4] == ("assistant", text)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
