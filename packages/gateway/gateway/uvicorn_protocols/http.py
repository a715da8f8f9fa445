"""HTTP with bounds: on a request's duration, rate and head, and on reading a response.

Blank lines do not count as progress.
"""

import asyncio
import re
from http import HTTPStatus

import orjson
from shared.api.auth import counted_as
from shared.config import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway import metrics
from gateway.answers import HEADERS
from gateway.unfinished import unfinished
from gateway.uploads import within_s

MAX_HEAD_BYTES = 64 * 1024
NO_REQUEST = "This cannot be read as a request of HTTP/1.1, which has exactly one Host."
TOO_SLOW = "The request came too slowly. Send it again."
HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?")


class NoHost(Exception):
    """HTTP/1.1 requires exactly one valid Host header."""


class BoundedHttp(HttpToolsProtocol):
    """One connection, with one request after the other."""

    _asked_at: float | None = None
    """When the current request began; None between requests."""
    _read = 0
    """Bytes of the current request so far."""
    _has_head = False
    _behind_at: float | None = None
    """Since when the client is behind with reading a response; None if it is not."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_reading()

    def data_received(self, data: bytes) -> None:
        if self._asked_at is None:  # also for blank lines, which neither begin nor end a request
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
        if self.flow.read_paused:  # we are not reading, which is not the client's fault
            self._asked_at = now
            return False
        age_s = now - self._asked_at
        if not self._has_head:
            return age_s > settings.requests.head_timeout_s
        if age_s <= settings.requests.head_timeout_s:  # too early to measure a rate
            return False
        too_slow = self._read < age_s * settings.requests.least_bytes_per_s
        return too_slow or age_s > within_s(self.scope)

    def counted_as(self) -> str | None:
        # uvicorn stores here the client that a trusted proxy names.
        client = self.scope["client"] if self._has_head else self.client
        if client is None or settings.gateway.trusts_proxy(client[0]):
            return None
        return counted_as(client[0])

    def give_up(self) -> None:
        if self._asked_at is not None and self._has_head and not self._has_begun_to_answer:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "too_slow", TOO_SLOW)
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
        """Answer without the application, which sees no request, and close the connection."""
        metrics.refused(code)
        body = orjson.dumps({"detail": sentence, "code": code, "retryable": status == 408})
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [b"%s: %s" % header for header in HEADERS]
        lines += [b"content-type: application/json", b"connection: close"]
        lines += [b"content-length: %d" % len(body)]
        self.transport.write(b"\r\n".join((*lines, b"", body)))
        self.transport.close()
