"""A conversation over the real WebSocket, kept up through broken connections.

Promises: events come in order, each once. What is sent arrives once, however often the connection
breaks. Every wait is bounded; without a connection for `give_up_s`, the events end with
Unavailable. Leaving the block leaves no socket and no task behind.

    async with ChatClient(portal, tenant_id, conversation_id, last_seq=9) as chat:
        chat.send("Hello")
        async for event in chat.events(): ...
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from shared.errors import (
    BadRequest,
    Forbidden,
    KonstructError,
    NotAuthenticated,
    NotFound,
    Unavailable,
)
from shared.events import CloseCode
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)

from konstruct.chat.events import ChatEvent, Notice, Postponed, Waiting
from konstruct.chat.state import RESEND_AFTER_S, ChatState, Frame
from konstruct.portal import Portal

OPEN_WITHIN_S = 10.0
READY_WITHIN_S = 20.0
SEND_WITHIN_S = 10.0
CLOSE_WITHIN_S = 2.0
PING_EVERY_S = 15.0
GIVE_UP_S = 120.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 8.0
SLOW_DOWN_S = 60.0
"""Pause after being disconnected for sending too fast, if the gateway does not say how long."""
MAX_FRAME_BYTES = 8 * 1024 * 1024
MAX_SENT_BYTES = 128 * 1024
"""A gateway disconnects for good after a larger frame. No valid message comes near."""

TOO_LONG = "The message is far too long. Send it in parts."

_FINAL: dict[int, type[KonstructError]] = {
    CloseCode.FORBIDDEN: Forbidden,
    CloseCode.NOT_FOUND: NotFound,
    CloseCode.BAD_FRAME: BadRequest,
    CloseCode.TOO_BIG: BadRequest,
}
"""After one of these close codes, reconnecting would end the same way."""


class _Retry(Exception):
    """This connection is over, and a new one may do. `after_s` is set if the gateway said when."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after_s = after_s


class ChatClient:
    """One person in one conversation."""

    def __init__(
        self,
        portal: Portal,
        tenant_id: UUID,
        conversation_id: UUID,
        *,
        last_seq: int = 0,
        give_up_s: float = GIVE_UP_S,
        bursts: bool = False,
    ) -> None:
        self._portal = portal
        self._tenant_id = tenant_id
        self._url = f"ws{portal.url.removeprefix('http')}/chat/ws/{conversation_id}"
        self._state = ChatState(last_seq)
        self._give_up_s = give_up_s
        self._bursts = bursts
        self._events: asyncio.Queue[ChatEvent | KonstructError] = asyncio.Queue()
        self._to_send: asyncio.Queue[Frame] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None
        self._resending: asyncio.TimerHandle | None = None
        self._ready = False

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run(), name="chat-client")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._resending is not None:
            self._resending.cancel()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=CLOSE_WITHIN_S + 1)

    def send(self, text: str) -> str:
        """Send a message, now or when there is a connection; returns its client_message_id."""
        frame = self._state.compose(text)
        if len(json.dumps(frame)) > MAX_SENT_BYTES:
            self._events.put_nowait(self._state.refuse(frame["client_message_id"], TOO_LONG))
        elif self._ready:
            self._to_send.put_nowait(frame)
        client_message_id: str = frame["client_message_id"]
        return client_message_id

    def stop(self, reply_to: str | None = None) -> None:
        """Stop an answer, by default the one being written. Does nothing without a connection."""
        self._put({"type": "stop"} | ({"reply_to": reply_to} if reply_to else {}))

    def retry(self, reply_to: str) -> None:
        """Retry a message whose answer failed. Does nothing without a connection."""
        self._put({"type": "retry", "reply_to": reply_to})

    async def events(self) -> AsyncIterator[ChatEvent]:
        """The events, until the block is left. Raises KonstructError when there is no way to go
        on."""
        while True:
            event = await self._events.get()
            if isinstance(event, KonstructError):
                raise event
            yield event

    def _put(self, frame: Frame) -> None:
        if self._ready:
            self._to_send.put_nowait(frame)

    # ── the line ───────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        """One connection after the other, until there is no way to go on."""
        try:
            await self._keep_connected()
        except KonstructError as error:
            self._events.put_nowait(error)
        except Exception as error:
            # The reader of the events must not wait for ever for a client that broke.
            self._events.put_nowait(Unavailable(f"The chat broke off: {error!r}."))
            raise

    async def _keep_connected(self) -> None:
        pause_s, fresh_token = FIRST_PAUSE_S, False
        give_up_at = time.monotonic() + self._give_up_s
        while True:
            after_s = None
            try:
                await self._one_line(fresh_token=fresh_token)
            except NotAuthenticated:
                if fresh_token and not self._was_ready:
                    raise
                fresh_token, why = True, "The token has ended."
            except _Retry as retry:
                fresh_token, why, after_s = False, retry.why, retry.after_s
            except Unavailable as error:
                fresh_token, why = False, error.message
            if self._was_ready:
                pause_s = FIRST_PAUSE_S
                give_up_at = time.monotonic() + self._give_up_s
            if time.monotonic() > give_up_at:
                raise Unavailable(
                    f"There was no connection for {self._give_up_s:.0f} seconds. {why}"
                )
            # Jitter, because a gateway that drains disconnects everybody at once.
            wait_s = (after_s if after_s is not None else pause_s) + random.uniform(0, pause_s)  # noqa: S311
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            self._events.put_nowait(Waiting(wait_s, why))
            await asyncio.sleep(wait_s)

    async def _one_line(self, *, fresh_token: bool) -> None:
        """One connection, from opening it to its end. Always raises _Retry or KonstructError."""
        self._was_ready = False
        identity = await self._portal.identity(fresh=fresh_token)
        auth = {
            "type": "auth",
            "userId": str(identity.user_id),
            "role": identity.role,
            "tenantId": str(self._tenant_id),
            "token": identity.token,
            "last_seq": self._state.last_seq,
        }
        if self._bursts:
            auth["bursts"] = True
        try:
            async with connect(
                self._url,
                open_timeout=OPEN_WITHIN_S,
                close_timeout=CLOSE_WITHIN_S,
                ping_interval=PING_EVERY_S,
                ping_timeout=PING_EVERY_S,
                max_size=MAX_FRAME_BYTES,
                compression=None,
                proxy=self._portal.proxy,
            ) as line:
                await _send(line, auth)
                await self._converse(line)
        except InvalidStatus as error:
            status = error.response.status_code
            if status in (401, 403, 404):
                raise Forbidden(f"The gateway refuses WebSockets here ({status}).") from error
            after = error.response.headers.get("Retry-After", "")
            after_s = float(after) if after.isdecimal() else None
            raise _Retry(f"The gateway answered {status}.", after_s) from error
        except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as error:
            raise _Retry(f"The line broke ({error or type(error).__name__}).") from error
        finally:
            self._ready = False

    async def _converse(self, line: ClientConnection) -> None:
        sending: asyncio.Task[None] | None = None
        last_error: Frame = {}
        try:
            while True:
                # A connection that never gets ready is no better than none.
                async with asyncio.timeout(None if self._ready else READY_WITHIN_S):
                    frame: Frame = json.loads(await line.recv())
                last_error = frame if frame.get("type") == "error" else {}
                if frame.get("type") == "reconnect":
                    raise _Retry("The gateway is going away.", frame["after_ms"] / 1000)
                for event in self._state.receive(frame):
                    if isinstance(event, Notice) and self._state.resend():
                        self._resend_in(frame.get("retry_after_s") or RESEND_AFTER_S)
                    # One timer serves all postponed messages, and the person is told once.
                    if not isinstance(event, Postponed) or self._resend_in(event.seconds):
                        self._events.put_nowait(event)
                if frame.get("type") == "ready" and sending is None:
                    sending = self._begin_sending(line)
        except ConnectionClosed as closed:
            raise _why_closed(closed, last_error) from closed
        finally:
            if sending is not None:
                sending.cancel()

    def _begin_sending(self, line: ClientConnection) -> "asyncio.Task[None]":
        """Drop what the last connection left unsent: the whole outbox is sent instead."""
        self._to_send = asyncio.Queue()
        for frame in self._state.resend():
            self._to_send.put_nowait(frame)
        self._ready = self._was_ready = True
        return asyncio.create_task(_send_all(line, self._to_send), name="chat-client-send")

    def _resend_in(self, after_s: float) -> bool:
        """Send the outbox again after `after_s`; False if that is planned already."""
        if self._resending is not None:
            return False
        self._resending = asyncio.get_running_loop().call_later(after_s, self._resend)
        return True

    def _resend(self) -> None:
        self._resending = None
        for frame in self._state.resend():
            self._put(frame)


async def _send_all(line: ClientConnection, frames: "asyncio.Queue[Frame]") -> None:
    """Send the frames. A connection that accepts no data is closed, so that the reader notices."""
    try:
        while True:
            await _send(line, await frames.get())
    except (ConnectionClosed, TimeoutError):
        line.transport.abort()


async def _send(line: ClientConnection, frame: dict[str, Any]) -> None:
    async with asyncio.timeout(SEND_WITHIN_S):
        await line.send(json.dumps(frame))


def _why_closed(closed: ConnectionClosed, last_error: Frame) -> Exception:
    """The error that says whether and how to go on."""
    code = closed.rcvd.code if closed.rcvd else 1006
    last_words = last_error.get("message", "")
    if code == CloseCode.TOO_FAST:
        return _Retry(last_words or "Too fast.", last_error.get("retry_after_s", SLOW_DOWN_S))
    if code == CloseCode.NOT_AUTHENTICATED:
        return NotAuthenticated(last_words or "The gateway does not accept our token.")
    if code in _FINAL:
        return _FINAL[code](last_words or f"The gateway closed the line for good ({code}).")
    return _Retry(last_words or f"The line was closed ({code}).")
