"""One socket's frames when what is published comes before what its reader says, late, or never."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import AsyncMock
from uuid import uuid4

import orjson
import pytest
from fastapi import WebSocket
from gateway.channels import live_socket
from gateway.channels.handshake import Identified
from gateway.channels.live_socket import LiveSocket
from shared.auth.tokens import AccessClaims
from shared.config import get_settings
from shared.events import AcceptedFrame, ResetFrame, ResponseFrame
from shared.models import WebConversationMessage
from shared.services import chat

CONVERSATION, MESSAGE = uuid4(), uuid4()
NOW = datetime.now(UTC)
WITHIN_S = 5.0


class Wire:
    """The other end: what was sent to it."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def send_text(self, text: str) -> None:
        self.frames.append(orjson.loads(text))
        self._news.set()

    async def until(self, count: int) -> None:
        """Wait for so many frames after `ready`."""
        while len(self.frames) <= count:
            self._news.clear()
            await self._news.wait()

    def told(self) -> list[tuple[str, int]]:
        """What was sent after `ready`."""
        return [(frame["type"], frame["seq"]) for frame in self.frames[1:]]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def catch_up(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """What PostgreSQL says."""
    catch_up = AsyncMock(return_value=chat.CatchUp([], 0, 0, []))
    monkeypatch.setattr(live_socket.chat, "catch_up", catch_up)
    return catch_up


@pytest.fixture
async def socket(wire: Wire, catch_up: AsyncMock) -> AsyncIterator[LiveSocket]:
    """A socket that has been told of an empty conversation."""
    tenant, user = uuid4(), uuid4()
    claims = AccessClaims(user, "customer_operator", tenant, uuid4(), NOW + timedelta(days=1))
    identified = Identified(claims, tenant, CONVERSATION, uuid4(), "Anna", last_seq=0)
    socket = LiveSocket(cast(WebSocket, wire), identified)
    await socket.begin()
    yield socket
    socket.release()


def accepted() -> AcceptedFrame:
    return AcceptedFrame(message_id=MESSAGE, seq=1, created_at=NOW)


def response() -> ResponseFrame:
    return ResponseFrame(
        text="Yes.",
        conversation_id=CONVERSATION,
        message_id=uuid4(),
        seq=2,
        reply_to=MESSAGE,
        status="complete",
        created_at=NOW,
    )


def stored(outcome: ResponseFrame) -> WebConversationMessage:
    return WebConversationMessage(
        id=outcome.message_id,
        conversation_id=CONVERSATION,
        role="assistant",
        content=outcome.text,
        status=outcome.status,
        seq=outcome.seq,
        reply_to=outcome.reply_to,
        created_at=outcome.created_at,
    )


async def let_it_send(socket: LiveSocket) -> None:
    """Everything that waits in it."""
    while socket._queue:
        await socket._handle(socket._queue.popleft())


async def test_an_outcome_told_for_a_resent_message_before_it_is_published_comes_once(
    socket: LiveSocket, wire: Wire
) -> None:
    outcome = response()
    socket.say(accepted())
    socket.say(outcome)
    socket.deliver(outcome.payload())
    await let_it_send(socket)
    assert wire.told() == [("accepted", 1), ("response", 2)]


async def test_a_resent_message_is_told_its_outcome_again(socket: LiveSocket, wire: Wire) -> None:
    outcome = response()
    socket.say(accepted())
    socket.deliver(outcome.payload())
    socket.say(accepted())
    socket.say(outcome)
    await let_it_send(socket)
    assert wire.told() == [("accepted", 1), ("response", 2)] * 2


async def test_a_message_accepted_after_a_reset_took_it_away_is_told_to_be_gone(
    socket: LiveSocket, wire: Wire
) -> None:
    socket.deliver(ResetFrame(seq=1).payload())
    socket.awaits(MESSAGE)
    socket.say(accepted())
    await let_it_send(socket)
    assert wire.told() == [("reset", 1), ("accepted", 1), ("reset", 1)]
    assert socket._silence.is_broken, "nobody waits for its answer"


async def test_an_outcome_that_nobody_told_of_is_looked_for(
    socket: LiveSocket,
    wire: Wire,
    catch_up: AsyncMock,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    """Its worker was killed between storing and telling; the line to Valkey was never lost."""
    settings_of_its_own.setenv("KONSTRUCT_SILENCE_LOOK_S", "0.01")
    get_settings.cache_clear()
    socket.awaits(MESSAGE)
    socket.say(accepted())
    news = chat.CatchUp([stored(response())], 2, 0, [])
    catch_up.return_value = news
    running = asyncio.create_task(socket.run())
    async with asyncio.timeout(WITHIN_S):
        await wire.until(2)
    socket.gone()
    await running
    assert wire.told() == [("accepted", 1), ("response", 2)]
