"""One authenticated socket: everything that goes out passes here, in order and bounded.

Frames come from the fan-out (`deliver`) and from the socket's own reader (`say`). What continues
what was sent goes out at once. What has to wait, because the client is slow or because `Ordering`
finds something missing, goes into a bounded queue with all that comes after it, and a task sends
that and ends; an idle socket has none. A client that reads too slowly is dropped, never waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import WebSocket, WebSocketDisconnect
from shared.background import end
from shared.config import settings
from shared.conversations.catch_up import CatchUp, InFlight, catch_up
from shared.conversations.frames import message_frame, response_frame
from shared.conversations.history import MAX_PAGE
from shared.errors import AgentPaused, Forbidden, KonstructError, NotAuthenticated, TooMany
from shared.events import (
    AcceptedFrame,
    CloseCode,
    DeltaFrame,
    ErrorFrame,
    ReadyFrame,
    ReconnectFrame,
    ResetFrame,
    ResponseFrame,
    ServerFrame,
    TypingFrame,
)
from shared.identity.access import access
from shared.identity.tokens import AccessClaims
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import answer_so_far_key
from shared.telemetry.tracing import TRACEPARENT, span
from shared.valkey.client import get_redis

from gateway import metrics
from gateway.channels.handshake import Identified
from gateway.realtime.ordering import Missing, Ordering
from gateway.realtime.outlet import outlet_of
from gateway.realtime.silence import Silence

log = get_logger(__name__)

PUBLISHED_TYPES = frozenset({"message", "response", "delta", "reset", "error"})
CATCH_UP_RETRY_S = 0.5
LAST_WORDS_S = 15.0
"""For what was being read when the end came, and for saying good-bye."""

SILENCE = (
    "There has been no sign of the answer for a while. Your message is kept, and the answer "
    "appears here when it comes."
)


class ReadsTooSlowly(Exception):
    """The client does not take what is sent to it."""


Item = dict[str, Any] | ServerFrame | Callable[[], Awaitable[None]]
"""What is published, what is for this socket alone, or something to be done in its turn."""


class LiveSocket:
    """Made after the handshake: `begin`, then `while_open`, and `release` on every way out."""

    __slots__ = (
        "_begun",
        "_catch_up_after",
        "_close",
        "_expiry",
        "_gone",
        "_is_looking",
        "_ordering",
        "_outlet",
        "_queue",
        "_reading",
        "_sender",
        "_silence",
        "_websocket",
        "claims",
        "clock",
        "conversation_id",
        "tenant_id",
        "user_id",
    )

    def __init__(self, websocket: WebSocket, identified: Identified) -> None:
        self._websocket = websocket
        self._outlet = outlet_of(websocket)
        self.claims = identified.claims
        self.user_id = identified.claims.user_id
        self.tenant_id = identified.tenant_id
        self.conversation_id = identified.conversation_id
        self._catch_up_after = identified.last_seq
        self._ordering: Ordering | None = None
        self._begun = False
        self._queue: list[Item] = []
        self._sender: asyncio.Task[None] | None = None
        self._reading: asyncio.Timeout | None = None
        self._close: tuple[CloseCode, ServerFrame | None] | None = None
        self._gone = False
        self.clock = metrics.AnswerClock()
        self._silence = Silence(look=self._look_for_news, tell=self._tell_silence)
        self._is_looking = False
        self._expiry: asyncio.TimerHandle | None = None

    # ── what others may do; nothing here waits ─────────────────────────────────────────────────

    def deliver(self, frame: dict[str, Any]) -> None:
        """A frame was published about this conversation."""
        if frame.get("type") in PUBLISHED_TYPES:
            self._put(frame)

    def resync(self) -> None:
        """Something may have been missed: look into PostgreSQL."""
        self._put(self._catch_up)

    def say(self, frame: ServerFrame) -> None:
        """A frame for this socket alone."""
        self._put(frame)

    def close(self, code: CloseCode, last_words: ServerFrame | None = None) -> None:
        """End the socket. The first reason given counts."""
        if self._close is None:
            self._close = (code, last_words)
            self._keep_sending()

    def gone(self) -> None:
        """The other side has left."""
        self._gone = True

    def recheck_access(self) -> None:
        self._put(self._check_access)

    def go_away(self, after_ms: int) -> None:
        self.close(CloseCode.GOING_AWAY, ReconnectFrame(after_ms=after_ms))

    def extend(self, claims: AccessClaims) -> None:
        """A fresh token of the same person, tenant and session."""
        self.claims = claims
        self._set_expiry()

    def awaits(self, reply_to: UUID) -> None:
        """An answer is expected; silence will be told."""
        if self._ordering is not None:
            self._ordering.expect(str(reply_to))
        self._silence.awaits(str(reply_to))

    # ── its life ───────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        """Send what this socket has not had, then `ready`, then what came meanwhile. Raises
        KonstructError."""
        await self._catch_up()
        assert self._ordering is not None
        await self._send_frame(
            ReadyFrame(
                conversation_id=self.conversation_id,
                last_seq=self._ordering.last_seq,
                reset_seq=self._ordering.reset_seq,
            )
        )
        self._set_expiry()
        self._begun = True
        self._keep_sending()

    async def while_open(self, reading: Awaitable[None]) -> None:
        """Let the client's frames be read until it leaves, must, or is closed from our side; then
        say what is to be said at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as self._reading:
                await reading
        self._reading = None
        if self._sender is not None:
            if self._gone:
                await end(self._sender)
            else:
                await asyncio.wait({self._sender}, timeout=LAST_WORDS_S)

    def release(self) -> None:
        """Let go of its task and timers, on every way out."""
        self._gone = True
        self._silence.end()
        if self._expiry is not None:
            self._expiry.cancel()
        if self._sender is not None:
            self._sender.cancel()

    def _put(self, item: Item) -> None:
        try:
            if self._gone or self._goes_at_once(item):
                return
        except Exception as error:  # whoever called serves other sockets, too
            self._fail(error)
            return
        if len(self._queue) >= settings.sockets.queue_frames:
            if self._close is None:
                metrics.DROPPED_FULL.inc()
            log.info("socket_dropped", reason="queue_full")
            self.close(CloseCode.TOO_SLOW_READER)
            return
        self._queue.append(item)
        self._keep_sending()

    def _goes_at_once(self, item: Item) -> bool:
        """Whether it could be sent: nothing is before it, the client reads, nothing is missing."""
        is_free = self._begun and self._sender is None and not self._queue and self._close is None
        if not is_free or not self._outlet.takes_more or callable(item):
            return False
        due = self._due(item)
        if isinstance(due, Missing):
            return False
        for frame in due:
            self._outlet.write(frame)
        return True

    # ── the sending task ───────────────────────────────────────────────────────────────────────

    def _keep_sending(self) -> None:
        if self._begun and self._sender is None and (self._queue or self._close):
            self._sender = asyncio.create_task(self._send_queued())

    async def _send_queued(self) -> None:
        """Send what waits, and good-bye if that is due."""
        try:
            while self._queue and not (self._gone or self._close):
                await self._handle(self._queue.pop(0))
            if self._close and not self._gone:
                await self._say_good_bye(*self._close)
        except WebSocketDisconnect:
            self._gone = True
        except ReadsTooSlowly:
            metrics.DROPPED_SLOW.inc()
            log.info("socket_dropped", reason="reads_too_slowly")
            self._gone = True
            await self._hang_up(CloseCode.TOO_SLOW_READER)
        except Exception as error:
            self._fail(error)
            await self._hang_up(CloseCode.INTERNAL_ERROR)
        finally:
            self._sender = None
            if self._gone or self._close:
                self._stop_reading()

    def _fail(self, error: Exception) -> None:
        log.exception("socket_broken", error=type(error).__name__)
        self.close(CloseCode.INTERNAL_ERROR)

    def _stop_reading(self) -> None:
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(asyncio.get_running_loop().time())

    async def _handle(self, item: Item) -> None:
        try:
            if callable(item):
                await item()
                return
            due = self._due(item)
            if due is Missing.ANSWER_SO_FAR:
                assert isinstance(item, dict)
                await self._join(UUID(item["reply_to"]))
            elif due is Missing.MESSAGES:
                await self._catch_up_to(item)
            else:
                assert not isinstance(due, Missing)
                for frame in due:
                    await self._send(frame)
        except (KonstructError, *DATABASE_AWAY, *VALKEY_AWAY) as error:
            # What could not be read is read again: the socket must not fall silent.
            log.warning("socket_catch_up_failed", error=type(error).__name__)
            asyncio.get_running_loop().call_later(CATCH_UP_RETRY_S, self._put, item)

    async def _catch_up_to(self, item: dict[str, Any] | ServerFrame) -> None:
        """Send what is missing before it; what is published is stored, so it comes along."""
        if not isinstance(item, AcceptedFrame):
            await self._catch_up()
            return
        assert self._ordering is not None
        await self._catch_up(until_seq=item.seq)
        self._ordering.sent(item.seq - 1)
        await self._handle(item)

    # ── what is due ────────────────────────────────────────────────────────────────────────────

    def _due(self, item: dict[str, Any] | ServerFrame) -> list[bytes] | Missing:
        """The frames that go out for it now, taken as sent; or what has to be read before."""
        return self._due_of_published(item) if isinstance(item, dict) else self._due_of_own(item)

    def _due_of_published(self, frame: dict[str, Any]) -> list[bytes] | Missing:
        assert self._ordering is not None
        admitted = self._ordering.admit(frame)
        if admitted is None:
            return []
        if isinstance(admitted, Missing):
            return admitted
        self._silence.heard_of(admitted)
        self.clock.sent(admitted)
        if TRACEPARENT in admitted:
            return [self._traced(admitted)]
        return [orjson.dumps(admitted)]

    def _traced(self, frame: dict[str, Any]) -> bytes:
        """The last of its trace, which is nobody else's business."""
        with span("gateway.deliver", "consumer", parent=frame[TRACEPARENT]):
            return orjson.dumps(
                {name: value for name, value in frame.items() if name != TRACEPARENT}
            )

    def _due_of_own(self, frame: ServerFrame) -> list[bytes] | Missing:
        """`accepted` stands for the user's own message and takes its place in the order. An
        outcome that is told again may be news here: then it must not come twice."""
        assert self._ordering is not None
        if isinstance(frame, AcceptedFrame):
            if frame.seq > self._ordering.last_seq + 1:
                return Missing.MESSAGES
            self._ordering.sent(frame.seq)
        elif isinstance(frame, ResponseFrame) and (frame.seq or 0) > self._ordering.last_seq:
            return self._due_of_published(frame.payload())
        self._silence.heard_of(frame.payload())
        due = [frame.wire()]
        if isinstance(frame, AcceptedFrame) and frame.seq <= self._ordering.reset_seq:
            # A reset overtook it and was told before: told again, nobody waits for the answer.
            gone = ResetFrame(seq=self._ordering.reset_seq)
            self._silence.heard_of(gone.payload())
            due.append(gone.wire())
        return due

    # ── catching up ────────────────────────────────────────────────────────────────────────────

    async def _catch_up(self, until_seq: int | None = None) -> None:
        """Send every stored message this socket has not had, and what is being said now."""
        first = self._ordering is None
        (metrics.CAUGHT_UP_FIRST if first else metrics.CAUGHT_UP_AGAIN).inc()
        after = self._catch_up_after if self._ordering is None else self._ordering.last_seq
        while True:
            news = await self._news(after)
            if self._ordering is None:
                start = news.last_seq if after is None else min(after, news.last_seq)
                self._ordering = Ordering(max(start, news.reset_seq), news.reset_seq)
            elif news.reset_seq > self._ordering.reset_seq:
                await self._handle(ResetFrame(seq=news.reset_seq).payload())
            for message in news.messages:
                if until_seq is None or message.seq < until_seq:
                    await self._send_stored(message, live=not first)
            if len(news.messages) < MAX_PAGE:
                break
            after = self._ordering.last_seq
        for run in news.in_flight:
            self.awaits(run.reply_to)
        if first and news.in_flight:
            await self._send_frame(TypingFrame(conversation_id=self.conversation_id))
        for run in news.in_flight:
            if run.running:
                await self._send_answer_so_far(run)

    async def _news(self, after_seq: int | None) -> CatchUp:
        return await catch_up(
            self.tenant_id, self.conversation_id, after_seq, person_id=self.user_id
        )

    async def _send_stored(self, message: WebConversationMessage, *, live: bool) -> None:
        """An outcome that a live socket waits for comes as `response`, all else as `message`."""
        assert self._ordering is not None
        is_outcome = live and message.reply_to is not None
        frame: ServerFrame = response_frame(message) if is_outcome else message_frame(message)
        payload = frame.payload()
        # A page has no gaps but what a reset has taken away, whose own frame is on its way.
        self._ordering.sent(message.seq - 1)
        if self._ordering.admit(payload) is payload:
            self._silence.heard_of(payload)
            await self._send(orjson.dumps(payload))
            self.clock.sent(payload)

    async def _join(self, reply_to: UUID) -> None:
        """Part of a streamed answer was missed: send what was said so far."""
        news = await self._news(None)
        for run in news.in_flight:
            if run.running and run.reply_to == reply_to:
                await self._send_answer_so_far(run)

    async def _send_answer_so_far(self, run: InFlight) -> None:
        assert self._ordering is not None
        reply_to = str(run.reply_to)
        key = answer_so_far_key(self.tenant_id, run.run_id, run.attempt)
        stored = await get_redis().get(key)
        stored = stored if isinstance(stored, bytes) else b""
        text = "" if b"\0" in stored else stored.decode()  # a hole: set again in a moment
        have = self._ordering.has(reply_to, run.attempt)
        if len(text) > have:
            await self._send_frame(
                DeltaFrame(reply_to=run.reply_to, attempt=run.attempt, index=have, text=text[have:])
            )
            self._ordering.joined(reply_to, run.attempt, len(text))

    # ── rights, silence, the end ───────────────────────────────────────────────────────────────

    async def _check_access(self) -> None:
        try:
            await access.check(self.claims)
        except NotAuthenticated as error:
            self.close(CloseCode.NOT_AUTHENTICATED, error_frame(error))
        except Forbidden as error:
            self.close(CloseCode.FORBIDDEN, error_frame(error))
        else:
            self._set_expiry()  # a timer may ring a little early

    def _set_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        left_s = (self.claims.expires_at - datetime.now(UTC)).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(max(0, left_s), self.recheck_access)

    def _look_for_news(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self._put(self._look)

    async def _look(self) -> None:
        await self._catch_up()
        self._is_looking = False

    def _tell_silence(self, reply_to: UUID) -> None:
        self.say(ErrorFrame(code="silence", message=SILENCE, retryable=True, reply_to=reply_to))

    async def _send_frame(self, frame: ServerFrame) -> None:
        await self._send(frame.wire())

    async def _send(self, frame: bytes) -> None:
        if self._outlet.takes_more:
            self._outlet.write(frame)
            return
        try:
            async with asyncio.timeout(settings.sockets.send_timeout_s):
                await self._outlet.send_text(frame)
        except TimeoutError:
            raise ReadsTooSlowly from None

    async def _say_good_bye(self, code: CloseCode, last_words: ServerFrame | None) -> None:
        if last_words is not None and code is not CloseCode.TOO_SLOW_READER:
            await self._send_frame(last_words)
        await self._hang_up(code)

    async def _hang_up(self, code: CloseCode) -> None:
        try:
            async with asyncio.timeout(1):
                await self._websocket.close(code)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            pass


def error_frame(
    error: KonstructError, *, reply_to: UUID | None = None, client_message_id: str | None = None
) -> ErrorFrame:
    return ErrorFrame(
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        reply_to=reply_to,
        client_message_id=client_message_id,
        notice=error.notice if isinstance(error, AgentPaused) else None,
        retry_after_s=error.retry_after_s if isinstance(error, TooMany) else None,
    )
