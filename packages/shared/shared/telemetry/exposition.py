"""Shows a process's metrics and health on a port of its own.

The port is not the one people use, so that no reverse proxy shows it to the world by accident. A
thread serves it, so that it answers even when the event loop is stuck, which is when it is needed.
It listens on the loopback address unless told otherwise. With `KONSTRUCT_METRICS_TOKEN` set, only
the token's holder sees metrics.

`/metrics`   Prometheus or OpenMetrics text
`/healthz`   200 while the event loop turns, 503 after `LOOP_TURNS_WITHIN_S` without a turn
`/readyz`    200, or 503 with the parts that are not well
"""

import asyncio
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from pydantic import SecretStr

from shared.config import settings
from shared.headers import ON_EVERY_ANSWER
from shared.log import get_logger

log = get_logger(__name__)

LOOP_TURNS_WITHIN_S = 5.0
CLIENT_WITHIN_S = 5.0
"""Time for everything one client asks and reads."""
CLIENTS_AT_MOST = 32
"""Clients at once; each has a thread. Further connections are closed."""

NUDGE_EVERY_S = 0.05

Parts = Mapping[str, Any]
"""The parts of a process; a part that is False is not well."""


def all_well(parts: Parts) -> bool:
    """Whether no part is False. (A count of 0 does not count as False.)"""
    return not any(part is False for part in parts.values())


def render(accept: str | None) -> tuple[bytes, str]:
    """All metrics, and their content type."""
    encode, content_type = choose_encoder(accept or "")
    return encode(REGISTRY), content_type


def may_see(authorization: str | None, token: SecretStr | None) -> bool:
    """Whether `authorization` holds the bearer token; True if no token is set."""
    if token is None:
        return True
    shown = (authorization or "").removeprefix("Bearer ")
    return hmac.compare_digest(shown.encode(), token.get_secret_value().encode())


class Exposition:
    """Serves until stopped. Calls `parts` from another thread; it must not block."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, name="exposition", daemon=True, kwargs={"poll_interval": 1}
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """At once: a server that is told to leave only sees so at its next turn, which the end of
        its socket brings about."""
        leaving = threading.Thread(target=self._server.shutdown, daemon=True)
        leaving.start()
        while leaving.is_alive():
            with suppress(OSError):
                self._server.socket.shutdown(socket.SHUT_RDWR)
            leaving.join(NUDGE_EVERY_S)
        self._server.server_close()


def expose(parts: Callable[[], Parts]) -> Exposition | None:
    """Show this process on `KONSTRUCT_METRICS_PORT`, if that is set. Call it on the process's loop.

    If the port cannot be opened, this is logged, and the process serves people all the same.
    """
    if settings.telemetry.metrics_port is None:
        return None
    loop, token = asyncio.get_running_loop(), settings.telemetry.metrics_token

    class Handler(_Handler):
        def answer(self) -> tuple[int, bytes, str]:
            match urlsplit(self.path).path:
                case "/metrics" if may_see(self.headers["Authorization"], token):
                    return HTTPStatus.OK, *render(self.headers["Accept"])
                case "/metrics":
                    return _say(HTTPStatus.UNAUTHORIZED, {"detail": WHO_MAY_SEE})
                case "/healthz":
                    turns = _turns(loop)
                    return _say_well({"event_loop": turns}, "alive", "stuck")
                case "/readyz":
                    return _say_well(parts(), "ready", "not ready")
            return _say(HTTPStatus.NOT_FOUND, {"detail": "Not Found"})

    try:
        server = _Server(
            (settings.telemetry.metrics_host, settings.telemetry.metrics_port), Handler
        )
    except OSError as error:
        log.error("metrics_not_shown", port=settings.telemetry.metrics_port, error=error.strerror)
        return None
    exposition = Exposition(server)
    log.info("metrics_shown", host=settings.telemetry.metrics_host, port=exposition.port)
    return exposition


WHO_MAY_SEE = "Figures are for the holder of KONSTRUCT_METRICS_TOKEN: send it as a bearer token."


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *args: Any) -> None:
        self._began: dict[Any, float] = {}
        super().__init__(*args)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        return len(self._began) < CLIENTS_AT_MOST

    def process_request(self, request: Any, client_address: Any) -> None:
        self._began[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._began.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Once a second, close clients that read or ask too slowly."""
        for request, since in tuple(self._began.items()):
            if time.monotonic() - since > CLIENT_WITHIN_S:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not an error, and nothing is printed."""

    def server_bind(self) -> None:
        """Skips http.server's look-up of our host name, which hangs where there is no DNS."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    timeout = CLIENT_WITHIN_S

    def answer(self) -> tuple[int, bytes, str]:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._send(*self.answer())

    def do_HEAD(self) -> None:
        self._send(*self.answer(), with_body=False)

    def send_error(self, code: int, *_: str | None) -> None:
        """Errors as JSON. http.server would write a page that repeats the request."""
        status = HTTPStatus(code)
        self._send(*_say(status, {"detail": f"{status.phrase}."}))

    def _send(self, status: int, body: bytes, content_type: str, *, with_body: bool = True) -> None:
        self.send_response(status)
        for name, value in ON_EVERY_ANSWER.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def version_string(self) -> str:
        return "konstruct"

    def log_message(self, format: str, *args: Any) -> None:
        """Scrapes are not logged."""


def _turns(loop: asyncio.AbstractEventLoop) -> bool:
    turned = threading.Event()
    try:
        loop.call_soon_threadsafe(turned.set)
    except RuntimeError:
        return False
    return turned.wait(LOOP_TURNS_WITHIN_S)


def _say_well(parts: Parts, well: str, unwell: str) -> tuple[int, bytes, str]:
    ok = all_well(parts)
    status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
    return _say(status, {"status": well if ok else unwell, **parts})


def _say(status: HTTPStatus, body: Mapping[str, Any]) -> tuple[int, bytes, str]:
    return status, json.dumps(body).encode(), "application/json"
