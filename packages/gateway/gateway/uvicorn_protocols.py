"""uvicorn's protocols, with the bounds they leave out, and leaner where a socket is idle.

A request must come to its end, soon and at a rate that is one, and its head must have the size of
a head; what a client makes us write must be taken by it; what it sends in pieces must come to an
end. uvicorn waits for ever for each of these, gathers whatever comes, answers pings of a client
that reads nothing, and takes blank lines for a sign of life. `unfinished.py` looks at what has
begun.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Any, cast

import orjson
from fastapi import WebSocketDisconnect
from shared.api.auth import counted_as
from shared.config import settings
from shared.events import CloseCode as Close
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

from gateway import metrics
from gateway.answers import HEADERS
from gateway.lean import LeanEvent, LeanQueue
from gateway.realtime.outlet import EXTENSION
from gateway.unfinished import unfinished

MAX_FRAGMENTS = 256
"""Of one message; what a browser sends is one."""

MAX_HEAD_BYTES = 64 * 1024
NO_REQUEST = "This cannot be read as a request of HTTP/1.1, which has exactly one Host."
TOO_SLOW = "The request came too slowly. Send it again."
HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?")


class NoHost(Exception):
    """HTTP/1.1 asks for exactly one Host that is one."""


class BoundedHttp(HttpToolsProtocol):
    """One connection, with one request after the other."""

    _asked_at: float | None = None
    """Since when a request is being read."""
    _read = 0
    """Its bytes."""
    _has_head = False
    _behind_at: float | None = None
    """Since when the client is behind with taking an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_reading()

    def data_received(self, data: bytes) -> None:
        if self._asked_at is None:  # also for blank lines, which begin nothing and end nothing
            self._begin_reading()
        if not self._has_head and self._read > MAX_HEAD_BYTES:
            self.transport.abort()
            return
        self._read += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._asked_at is None:
            self._begin_reading()

    def on_headers_complete(self) -> None:
        self._has_head = True
        if self.parser.get_http_version() != "1.0":
            self._require_host()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._end_reading()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        unfinished.discard(self)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._fall_behind()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._fall_behind()
        else:
            self._behind_at = None

    def connection_lost(self, exc: Exception | None) -> None:
        unfinished.discard(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        self._refuse(HTTPStatus.BAD_REQUEST, "bad_request", NO_REQUEST)

    # ── what is unfinished ─────────────────────────────────────────────────────────────────────

    def is_overdue(self, now: float) -> bool:
        if self._behind_at is not None:
            if not self.transport.get_write_buffer_size() and not self.flow.write_paused:
                self._behind_at = None
            elif now - self._behind_at > settings.requests.response_timeout_s:
                return True
        if self._asked_at is None:
            if self._behind_at is None:
                unfinished.discard(self)
            return False
        if self.flow.read_paused:  # we have not got to it, which is no fault of the client's
            self._asked_at = now
            return False
        age_s = now - self._asked_at
        if not self._has_head:
            return age_s > settings.requests.head_timeout_s
        if age_s <= settings.requests.head_timeout_s:  # too soon to speak of a rate
            return False
        too_slow = self._read < age_s * settings.requests.least_bytes_per_s
        return too_slow or age_s > settings.requests.timeout_s

    def counted_as(self) -> str | None:
        # uvicorn puts into the scope what a proxy of ours says of its client.
        client = self.scope["client"] if self._has_head else self.client
        if client is None or settings.gateway.trusts_proxy(client[0]):
            return None
        return counted_as(client[0])

    def give_up(self) -> None:
        if self._asked_at is not None and self._has_head and not self._has_begun_to_answer:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT,
                "too_slow",
                "The request came too slowly. Send it again.",
            )
        if self.transport.get_write_buffer_size() or not self.transport.is_closing():
            self.transport.abort()

    @property
    def _has_begun_to_answer(self) -> bool:
        return self.cycle is None or self.cycle.response_started or bool(self.pipeline)

    def _begin_reading(self) -> None:
        self._asked_at = self.loop.time()
        self._read = 0
        self._has_head = False
        unfinished.add(self, self._asked_at)

    def _end_reading(self) -> None:
        self._asked_at = None
        if self._behind_at is None:
            unfinished.discard(self)

    def _fall_behind(self) -> None:
        if self._behind_at is None:
            self._behind_at = self.loop.time()
            unfinished.add(self, self._behind_at)

    # ── what is refused ────────────────────────────────────────────────────────────────────────

    def _require_host(self) -> None:
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
            raise NoHost

    def _refuse(self, status: HTTPStatus, code: str, sentence: str) -> None:
        """Answer past the application, which has no request to see, and hang up."""
        metrics.refused(code)
        body = orjson.dumps({"detail": sentence, "code": code, "retryable": status == 408})
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [b"%s: %s" % header for header in HEADERS]
        lines += [b"content-type: application/json", b"connection: close"]
        lines += [b"content-length: %d" % len(body)]
        self.transport.write(b"\r\n".join((*lines, b"", body)))
        self.transport.close()


_last: tuple[bytes, bytes] = (b"", b"")


def _framed(text: bytes) -> bytes:
    """As a text frame, without extensions, which our server offers none of. What every socket of a
    conversation is told is one object, so it is framed for the first of them."""
    global _last
    told, framed = _last
    if told is not text:
        framed = Frame(Opcode.TEXT, text).serialize(mask=False)
        _last = (text, framed)
    return framed


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection, which is also its own `Outlet`."""

    _in_pieces_since: float | None = None
    """Since when a message has begun and not ended."""
    _behind_at: float | None = None
    """Since when the client is behind with taking what was written."""

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
        unfinished.discard(self)
        super().connection_lost(exc)
        if self.handshake_initiated and self.response.status_code == 101:
            self._extensions.clear()  # a cycle, which only the collector would free

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # it was refused on purpose: uvicorn's log is no place

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
        """Let go of what the client's first request said; the application has read it."""
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
            self._in_pieces_since = now  # we have not got to it, which is no fault of the client's
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
        if not self.writable.is_set():  # it asks for more and takes nothing
            self.transport.abort()
            return
        super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        super().handle_cont(event)

    def _fail(self, code: int, why: str) -> None:
        """Close from our side, in the middle of a message."""
        self.frames = []
        self.conn.fail(code, why)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
