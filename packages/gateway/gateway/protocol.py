"""uvicorn's protocols, with the bounds they leave out, and leaner where a socket is idle.

A request's head must come to an end, soon, and have the size of a head: uvicorn waits for ever for
one that does not, and gathers whatever comes. What a client makes us write must be read by it, and
what it sends in pieces must come to an end: uvicorn pauses reading while a message waits to be
handled, but answers pings and gathers fragments without bound.
"""

import asyncio
from typing import Any, cast

from fastapi import WebSocketDisconnect
from shared.config import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from gateway.channels.outlet import EXTENSION
from gateway.lean import LeanEvent, LeanQueue

MAX_FRAGMENTS = 256
"""Of one message; what a browser sends is one."""


MAX_HEAD_BYTES = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    _head_bytes = 0
    _head_is_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def data_received(self, data: bytes) -> None:
        if self._head_is_late is not None:
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.abort()
                return
            self._head_bytes += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._head_is_late is None:
            self._head_is_late = asyncio.get_running_loop().call_later(
                settings.request_head_timeout_s, self.transport.abort
            )

    def _head_came(self) -> None:
        self._head_bytes = 0
        if self._head_is_late is not None:
            self._head_is_late.cancel()
            self._head_is_late = None


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection, which is also its own `Outlet`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.debug = False  # it would log what people say
        self.queue = LeanQueue()  # type: ignore[assignment]
        self.writable = LeanEvent(is_set=True)  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self._extensions[EXTENSION] = {"outlet": self}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.handshake_initiated and self.response.status_code == 101:
            self._extensions.clear()  # a cycle, which only the collector would free

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
        self.conn.send_text(frame)
        self.transport.write(b"".join(self.conn.data_to_send()))

    async def send_text(self, frame: bytes) -> None:
        await self.writable.wait()
        if not self.takes_more:
            raise WebSocketDisconnect(CloseCode.ABNORMAL_CLOSURE)
        self.write(frame)

    def forget_handshake(self) -> None:
        """Let go of what the client's first request said; the application has read it."""
        self.request.headers.clear()
        self.response.headers.clear()
        self.scope["headers"] = []

    # ── bounds ─────────────────────────────────────────────────────────────────────────────────

    def handle_ping(self) -> None:
        if not self.writable.is_set():  # it asks for more and takes nothing
            self.transport.abort()
            return
        super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MAX_FRAGMENTS:
            self.frames = []
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            self.queue.put_nowait(
                {"type": "websocket.disconnect", "code": CloseCode.MESSAGE_TOO_BIG}
            )
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()
            return
        super().handle_cont(event)
