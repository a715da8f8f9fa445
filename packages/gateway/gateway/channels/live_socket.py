"""One authenticated socket: everything that goes out passes here, in order and bounded.

Frames come from the fan-out (`deliver`) and from the socket's own reader (`say`) into one bounded
queue; a single task, `run`, sends them. It reads PostgreSQL or the answer so far when `Ordering`
finds something missing. A client that reads too slowly is dropped, never waited for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import WebSocket, WebSocketDisconnect
from shared.auth.tokens import AccessClaims
from shared.config import settings
from shared.db.away import DATABASE_AWAY, VALKEY_AWAY
from shared.errors import Forbidden, KonstructError, NotAuthenticated, TooMany
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
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.redis import get_redis
from shared.redis_keys import answer_so_far_key
from shared.services import chat
from shared.services.access import access
from shared.telemetry.tracing import TRACEPARENT, span

from gateway import figures
from gateway.channels.handshake import Identified
from gateway.channels.ordering import Missing, Ordering
from gateway.channels.silence import Silence

log = get_logger(__name__)

PUBLISHED_TYPES = frozenset({"message", "response", "delta", "reset", "error"})
CATCH_UP_RETRY_S = 0.5

SILENCE = (
    "There has been no sign of the answer for a while. Your message is kept, and the answer "
    "appears here when it comes."
)


class ReadsTooSlowly(Exception):
    """The client does not take what is sent to it."""


class LiveSocket:
    """Made after the handshake; `run` until the socket ends."""

    def __init__(self, websocket: WebSocket, identified: Identified) -> None:
        self._websocket = websocket
        self.claims = identified.claims
        self.user_id = identified.claims.user_id
        self.tenant_id = identified.tenant_id
        self.conversation_id = identified.conversation_id
        self._catch_up_after = identified.last_seq
        self._ordering: Ordering | None = None
        self._queue: deque[dict[str, Any] | ServerFrame | Callable[[], Awaitable[None]]] = deque()
        self._wake = asyncio.Event()
        self._close: tuple[CloseCode, ServerFrame | None] | None = None
        self._gone = False
        self.clock = figures.AnswerClock()
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
            self._wake.set()

    def gone(self) -> None:
        """The other side has left."""
        self._gone = True
        self._wake.set()

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
        self._silence.awaits(reply_to)

    # ── the sending task ───────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Catch up, say `ready`, then send what comes until the socket ends."""
        self._set_expiry()
        try:
            while not (self._gone or self._close):
                while self._queue and not (self._gone or self._close):
                    await self._handle(self._queue.popleft())
                self._wake.clear()
                if not (self._queue or self._gone or self._close):
                    await self._wake.wait()
            if self._close and not self._gone:
                await self._say_good_bye(*self._close)
        except WebSocketDisconnect:
            pass
        except ReadsTooSlowly:
            figures.DROPPED_SLOW.inc()
            log.info("socket_dropped", reason="reads_too_slowly")
            await self._hang_up(CloseCode.TOO_SLOW_READER)
        finally:
            self._gone = True

    def release(self) -> None:
        """Let go of its timers, on every way out."""
        self._silence.end()
        if self._expiry is not None:
            self._expiry.cancel()

    async def begin(self) -> None:
        """Send what this socket has not had, then `ready`. Raises KonstructError."""
        await self._catch_up()
        assert self._ordering is not None
        await self._send_frame(
            ReadyFrame(
                conversation_id=self.conversation_id,
                last_seq=self._ordering.last_seq,
                reset_seq=self._ordering.reset_seq,
            )
        )

    def _put(self, item: dict[str, Any] | ServerFrame | Callable[[], Awaitable[None]]) -> None:
        if len(self._queue) >= settings.socket_queue_frames:
            if self._close is None:
                figures.DROPPED_FULL.inc()
            log.info("socket_dropped", reason="queue_full")
            self.close(CloseCode.TOO_SLOW_READER)
            return
        self._queue.append(item)
        self._wake.set()

    async def _handle(
        self, item: dict[str, Any] | ServerFrame | Callable[[], Awaitable[None]]
    ) -> None:
        try:
            if isinstance(item, dict):
                await self._send_published(item)
            elif isinstance(item, ServerFrame):
                await self._send_own(item)
            else:
                await item()
        except (KonstructError, *DATABASE_AWAY, *VALKEY_AWAY) as error:
            # What could not be read is read again: the socket must not fall silent.
            log.warning("socket_catch_up_failed", error=type(error).__name__)
            asyncio.get_running_loop().call_later(CATCH_UP_RETRY_S, self._put, item)

    async def _send_published(self, frame: dict[str, Any]) -> None:
        assert self._ordering is not None
        admitted = self._ordering.admit(frame)
        if admitted is Missing.MESSAGES:
            await self._catch_up()
        elif admitted is Missing.ANSWER_SO_FAR:
            await self._join(UUID(frame["reply_to"]))
        elif admitted is not None:
            self._silence.heard_of(admitted)
            if TRACEPARENT in admitted:
                await self._send_traced(admitted)
            else:
                await self._send(orjson.dumps(admitted).decode())
            self.clock.sent(admitted)

    async def _send_traced(self, frame: dict[str, Any]) -> None:
        """The last of its trace, which is nobody else's business."""
        shown = {name: value for name, value in frame.items() if name != TRACEPARENT}
        with span("gateway.deliver", "consumer", parent=frame[TRACEPARENT]):
            await self._send(orjson.dumps(shown).decode())

    async def _send_own(self, frame: ServerFrame) -> None:
        """`accepted` stands for the user's own message and takes its place in the order. An
        outcome that is told again may be news here: then it must not come twice."""
        assert self._ordering is not None
        if isinstance(frame, AcceptedFrame):
            if frame.seq > self._ordering.last_seq + 1:
                await self._catch_up(until_seq=frame.seq)
            self._ordering.sent(frame.seq)
        elif isinstance(frame, ResponseFrame) and (frame.seq or 0) > self._ordering.last_seq:
            await self._send_published(frame.payload())
            return
        self._silence.heard_of(frame.payload())
        await self._send_frame(frame)
        if isinstance(frame, AcceptedFrame) and frame.seq <= self._ordering.reset_seq:
            # A reset overtook it and was told before: told again, nobody waits for the answer.
            gone = ResetFrame(seq=self._ordering.reset_seq)
            self._silence.heard_of(gone.payload())
            await self._send_frame(gone)

    # ── catching up ────────────────────────────────────────────────────────────────────────────

    async def _catch_up(self, until_seq: int | None = None) -> None:
        """Send every stored message this socket has not had, and what is being said now."""
        first = self._ordering is None
        (figures.CAUGHT_UP_FIRST if first else figures.CAUGHT_UP_AGAIN).inc()
        after = self._catch_up_after if self._ordering is None else self._ordering.last_seq
        while True:
            news = await chat.catch_up(self.tenant_id, self.conversation_id, after)
            if self._ordering is None:
                start = news.last_seq if after is None else min(after, news.last_seq)
                self._ordering = Ordering(max(start, news.reset_seq), news.reset_seq)
            elif news.reset_seq > self._ordering.reset_seq:
                await self._send_published(ResetFrame(seq=news.reset_seq).payload())
            for message in news.messages:
                if until_seq is None or message.seq < until_seq:
                    await self._send_stored(message, live=not first)
            if len(news.messages) < chat.MAX_PAGE:
                break
            after = self._ordering.last_seq
        for run in news.in_flight:
            self.awaits(run.reply_to)
        if first and news.in_flight:
            await self._send_frame(TypingFrame(conversation_id=self.conversation_id))
        for run in news.in_flight:
            if run.running:
                await self._send_answer_so_far(run)

    async def _send_stored(self, message: WebConversationMessage, *, live: bool) -> None:
        """An outcome that a live socket waits for comes as `response`, all else as `message`."""
        assert self._ordering is not None
        is_outcome = live and message.reply_to is not None
        frame: ServerFrame = (
            chat.response_frame(message) if is_outcome else chat.message_frame(message)
        )
        payload = frame.payload()
        # A page has no gaps but what a reset has taken away, whose own frame is on its way.
        self._ordering.sent(message.seq - 1)
        if self._ordering.admit(payload) is payload:
            self._silence.heard_of(payload)
            await self._send(orjson.dumps(payload).decode())
            self.clock.sent(payload)

    async def _join(self, reply_to: UUID) -> None:
        """Part of a streamed answer was missed: send what was said so far."""
        news = await chat.catch_up(self.tenant_id, self.conversation_id, None)
        for run in news.in_flight:
            if run.running and run.reply_to == reply_to:
                await self._send_answer_so_far(run)

    async def _send_answer_so_far(self, run: chat.InFlight) -> None:
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
        await self._send(frame.wire().decode())

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(settings.send_timeout_s):
                await self._websocket.send_text(text)
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
        retry_after_s=error.retry_after_s if isinstance(error, TooMany) else None,
    )
