"""WebSocket with bounds, and frames that are written at once.

Bounded are a fragmented message, and a client that reads nothing, even if it pings.
"""

import asyncio
from typing import Any, cast

from fastapi import WebSocketDisconnect
from shared.config import settings
from shared.events import CloseCode as Close
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

from gateway.realtime.outlet import EXTENSION
from gateway.unfinished import unfinished
from gateway.uvicorn_protocols.lean import LeanEvent, LeanQueue

MAX_FRAGMENTS = 256
"""Of one message. Browsers do not fragment."""

_last: tuple[bytes, bytes] = (b"", b"")


def _framed(text: bytes) -> bytes:
    """The text as a WebSocket frame without extensions, of which our server offers none. All
    sockets of a conversation share one `text` object, so the last result is kept for the next
    socket."""
    global _last
    told, framed = _last
    if told is not text:
        framed = Frame(Opcode.TEXT, text).serialize(mask=False)
        _last = (text, framed)
    return framed


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection, which is also its own `Outlet`."""

    _in_pieces_since: float | None = None
    """When a message began that has not ended; None if there is none."""
    _behind_at: float | None = None
    """Since when the client is behind with reading; None if it is not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.debug = False  # or it would log messages' text
        self.queue = LeanQueue()  # type: ignore[assignment]
        self.writable = LeanEvent(is_set=True)  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self._extensions[EXTENSION] = {"outlet": self}

    def connection_lost(self, exc: Exception | None) -> None:
        unfinished.discard(self)
        super().connection_lost(exc)
        if self.handshake_initiated and self.response.status_code == 101:
            self._extensions.clear()  # breaks a cycle that only the garbage collector would free

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # or uvicorn logs an error

    @property
    def _extensions(self) -> dict[Any, Any]:
        return cast(dict[Any, Any], self.scope["extensions"])

    # ── the outlet ─────────────────────────────────────────────────────────────────────────────

    @property
    def takes_more(self) -> bool:
        return (
            self.writable.is_set()
            and self.conn.state is OPEN
            and not (self.disconnected or self.transport.is_closing())
        )

    def write(self, frame: bytes) -> None:
        self.transport.write(_framed(frame))

    async def send_text(self, frame: bytes) -> None:
        await self.writable.wait()
        if not self.takes_more:
            raise WebSocketDisconnect(CloseCode.ABNORMAL_CLOSURE)
        self.write(frame)

    def forget_handshake(self) -> None:
        """Free the handshake's request, which the application has read."""
        self.request.headers.clear()
        self.response.headers.clear()
        self.scope["headers"] = []

    # ── bounds ─────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.frames or self.conn.reader.buffer:
            if self._in_pieces_since is None:
                self._in_pieces_since = self.loop.time()
                unfinished.add(self, self._in_pieces_since)
        elif self._in_pieces_since is not None:
            self._in_pieces_since = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._fall_behind()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._behind_at = None

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self._fall_behind()

    def _fall_behind(self) -> None:
        if self._behind_at is None:
            self._behind_at = self.loop.time()
            unfinished.add(self, self._behind_at)

    def is_overdue(self, now: float) -> bool:
        if self.transport.is_closing() and self._behind_at is not None:
            return now - self._behind_at > settings.sockets.send_timeout_s
        if self._in_pieces_since is not None and self.read_paused:
            self._in_pieces_since = now  # we are not reading, which is not the client's fault
        begun = [since for since in (self._in_pieces_since, self._behind_at) if since is not None]
        if not begun:
            unfinished.discard(self)
            return False
        pieces, behind = self._in_pieces_since, self._behind_at
        return (pieces is not None and now - pieces > settings.requests.timeout_s) or (
            behind is not None and now - behind > settings.requests.response_timeout_s
        )

    def counted_as(self) -> str | None:
        return None  # sockets are counted by person, see admission.py

    def give_up(self) -> None:
        if not self.transport.is_closing():
            self._fail(Close.AUTH_TIMEOUT, "a message in pieces did not come to its end")
        self.transport.abort()

    def handle_ping(self) -> None:
        if not self.writable.is_set():  # the client sends more and reads nothing
            self.transport.abort()
            return
        super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        super().handle_cont(event)

    def _fail(self, code: int, why: str) -> None:
        """Close the connection from our side, in the middle of a message."""
        self.frames = []
        self.conn.fail(code, why)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
