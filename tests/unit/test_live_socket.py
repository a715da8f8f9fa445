"""One socket's frames when what is published comes before what its reader says, late, or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest.mock import AsyncMock
from uuid import uuid4

import orjson
import pytest
from fastapi import WebSocket
from gateway.realtime import catch_up as catching_up
from gateway.realtime.fanout import Fanout
from gateway.realtime.identified import Identified
from gateway.realtime.live_socket import LiveSocket
from gateway.realtime.outlet import EXTENSION
from gateway.realtime.published import Published
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared.config import get_settings
from shared.conversations.catch_up import CatchUp
from shared.events import (
    AcceptedFrame,
    CloseCode,
    ReconnectFrame,
    ResetFrame,
    ResponseFrame,
    TypingFrame,
)
from shared.identity.tokens import AccessClaims
from shared.models import WebConversationMessage
from shared.telemetry.tracing import TRACEPARENT

CONVERSATION, MESSAGE = uuid4(), uuid4()
NOW = datetime.now(UTC)
WITHIN_S = 5.0


class Wire:
    """The other end: what was sent to it, through ASGI or through our own protocol's outlet."""

    takes_more = True

    def __init__(self, *, offers_outlet: bool) -> None:
        self.scope = {"extensions": {EXTENSION: {"outlet": self}} if offers_outlet else {}}
        self.frames: list[dict[str, Any]] = []
        self._news, self._takes = asyncio.Event(), asyncio.Event()
        self.closed: list[int] = []

    async def send_text(self, text: str | bytes) -> None:
        while not self.takes_more:
            await self._takes.wait()
        await asyncio.sleep(0)
        self.write(text)

    def pause(self) -> None:
        """The client takes nothing for now."""
        self.takes_more = False

    def resume(self) -> None:
        self.takes_more = True
        self._takes.set()
        self._takes.clear()

    async def close(self, code: int) -> None:
        self.closed.append(code)

    def write(self, frame: str | bytes) -> None:
        self.frames.append(orjson.loads(frame))
        self._news.set()

    async def until(self, count: int) -> None:
        """Wait for so many frames after `ready`."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.frames) <= count:
                self._news.clear()
                await self._news.wait()

    async def until_all_is_sent(self, socket: LiveSocket) -> None:
        """Wait for a frame that is given to the socket after all others."""
        socket.say(TypingFrame(conversation_id=CONVERSATION))
        while self.frames[-1]["type"] != "typing":
            await self.until(len(self.frames))

    def told(self) -> list[tuple[str, int]]:
        """What was sent after `ready`."""
        return [(frame["type"], frame["seq"]) for frame in self.frames[1:] if "seq" in frame]


@pytest.fixture(params=[True, False], ids=["at once", "awaited"])
def wire(request: pytest.FixtureRequest) -> Wire:
    return Wire(offers_outlet=request.param)


@pytest.fixture
def catch_up(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """What PostgreSQL says."""
    catch_up = AsyncMock(return_value=CatchUp([], 0, 0, []))
    monkeypatch.setattr(catching_up, "catch_up", catch_up)
    return catch_up


@asynccontextmanager
async def talking(wire: Wire) -> AsyncIterator[LiveSocket]:
    """A socket that has been told of an empty conversation."""
    tenant, user = uuid4(), uuid4()
    claims = AccessClaims(user, "customer_operator", tenant, uuid4(), NOW + timedelta(days=1))
    identified = Identified(claims, tenant, CONVERSATION, uuid4(), "Anna", last_seq=0)
    socket = LiveSocket(cast(WebSocket, wire), identified)
    await socket.begin()
    try:
        yield socket
    finally:
        socket.release()


@pytest.fixture
async def socket(wire: Wire, catch_up: AsyncMock) -> AsyncIterator[LiveSocket]:
    async with talking(wire) as socket:
        yield socket


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


async def test_an_outcome_told_for_a_resent_message_before_it_is_published_comes_once(
    socket: LiveSocket, wire: Wire
) -> None:
    outcome = response()
    socket.say(accepted())
    socket.say(outcome)
    socket.deliver(Published.of(outcome))
    await wire.until_all_is_sent(socket)
    assert wire.told() == [("accepted", 1), ("response", 2)]


async def test_a_resent_message_is_told_its_outcome_again(socket: LiveSocket, wire: Wire) -> None:
    outcome = response()
    socket.say(accepted())
    socket.deliver(Published.of(outcome))
    socket.say(accepted())
    socket.say(outcome)
    await wire.until_all_is_sent(socket)
    assert wire.told() == [("accepted", 1), ("response", 2)] * 2


async def test_a_message_accepted_after_a_reset_took_it_away_is_told_to_be_gone(
    socket: LiveSocket, wire: Wire
) -> None:
    socket.deliver(Published.of(ResetFrame(seq=1)))
    socket.awaits(MESSAGE)
    socket.say(accepted())
    await wire.until_all_is_sent(socket)
    assert wire.told() == [("reset", 1), ("accepted", 1), ("reset", 1)]
    assert socket._due.silence.is_broken, "nobody waits for its answer"


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
    news = CatchUp([stored(response())], 2, 0, [])
    catch_up.return_value = news
    await wire.until(2)
    assert wire.told() == [("accepted", 1), ("response", 2)]


def letter(index: int) -> str:
    return chr(ord("a") + index % 26)


def delta(index: int) -> Published:
    payload = {"type": "delta", "reply_to": str(MESSAGE), "attempt": 1}
    return Published(payload | {"index": index, "text": letter(index)})


def what_was_written(wire: Wire) -> str:
    return "".join(frame["text"] for frame in wire.frames if frame["type"] == "delta")


async def test_an_idle_socket_has_no_task_and_what_continues_goes_out_at_once(
    catch_up: AsyncMock,
) -> None:
    wire = Wire(offers_outlet=True)
    async with talking(wire) as socket:
        tasks = asyncio.all_tasks()
        socket.awaits(MESSAGE)
        for index in range(3):
            socket.deliver(delta(index))
        assert what_was_written(wire) == "abc"
        assert asyncio.all_tasks() == tasks


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.sampled_from(["delta", "pause", "resume", "turn"]), max_size=60))
def test_order_is_kept_whenever_the_client_stops_taking_and_takes_again(
    catch_up: AsyncMock, steps: list[str]
) -> None:
    async def play() -> None:
        wire = Wire(offers_outlet=True)
        async with talking(wire) as socket:
            socket.awaits(MESSAGE)
            said = 0
            for step in steps:
                if step == "delta":
                    socket.deliver(delta(said))
                    said += 1
                elif step == "turn":
                    await asyncio.sleep(0)
                else:
                    getattr(wire, step)()
            wire.resume()
            await wire.until_all_is_sent(socket)
            assert what_was_written(wire) == "".join(letter(n) for n in range(said))

    asyncio.run(play())


async def test_a_client_that_takes_nothing_is_dropped_when_the_queue_is_full(
    wire: Wire, socket: LiveSocket, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_SOCKET_QUEUE_FRAMES", "16")
    settings_of_its_own.setenv("KONSTRUCT_SEND_TIMEOUT_S", "0.05")
    get_settings.cache_clear()
    wire.pause()
    socket.awaits(MESSAGE)

    async def read_nothing() -> None:
        await asyncio.Event().wait()

    reading = asyncio.create_task(socket.while_open(read_nothing()))
    await asyncio.sleep(0)
    for index in range(40):
        socket.deliver(delta(index))
    async with asyncio.timeout(WITHIN_S):
        await reading
    assert wire.closed == [CloseCode.TOO_SLOW_READER]
    assert what_was_written(wire) == ""


async def test_who_is_sent_away_is_told_and_read_no_longer(wire: Wire, socket: LiveSocket) -> None:
    is_reading, was_cancelled = asyncio.Event(), False

    async def read() -> None:
        nonlocal was_cancelled
        is_reading.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cancelled = True
            raise

    held = asyncio.create_task(socket.while_open(read()))
    await is_reading.wait()
    socket.go_away(after_ms=7)
    async with asyncio.timeout(WITHIN_S):
        await held
    assert was_cancelled
    assert wire.frames[-1] == ReconnectFrame(after_ms=7).payload()
    assert wire.closed == [CloseCode.GOING_AWAY]


async def test_a_frame_that_makes_no_sense_ends_its_socket_and_not_who_delivers(
    wire: Wire, socket: LiveSocket
) -> None:
    held = asyncio.create_task(socket.while_open(asyncio.Event().wait()))
    await asyncio.sleep(0)
    socket.deliver(Published({"type": "delta"}))
    async with asyncio.timeout(WITHIN_S):
        await held
    assert wire.closed == [CloseCode.INTERNAL_ERROR]


async def test_what_is_published_is_encoded_once_for_all_sockets_of_the_conversation(
    catch_up: AsyncMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wires = [Wire(offers_outlet=True) for _ in range(3)]
    fanout, written = Fanout(), list[str | bytes]()
    async with AsyncExitStack() as stack:
        for wire in wires:
            socket = await stack.enter_async_context(talking(wire))
            socket.awaits(MESSAGE)
            monkeypatch.setattr(wire, "write", written.append)
            fanout.follow("channel", socket)
        data = orjson.dumps(delta(0).fields)
        fanout._on_message("channel", data)
    assert [id(frame) for frame in written] == [id(data)] * 3


async def test_a_trace_that_a_frame_carries_goes_out_to_nobody(
    socket: LiveSocket, wire: Wire
) -> None:
    socket.awaits(MESSAGE)
    traced = orjson.dumps(delta(0).fields | {TRACEPARENT: "00-1-2-01"})
    socket.deliver(Published.read(traced))
    await wire.until_all_is_sent(socket)
    assert wire.frames[1] == delta(0).fields
