"""Runs the gateway under uvicorn, and drains it without losing a client.

On SIGTERM or SIGINT every socket is told to `reconnect` and closed before uvicorn stops. uvicorn
alone would close them all at once and without a word.
"""

import asyncio
import logging
import signal
import socket
from types import FrameType

import uvicorn
from shared.addresses import is_loopback
from shared.config import settings
from shared.log import configure_logging, get_logger

from gateway.main import app
from gateway.uvicorn_protocols.http import BoundedHttp
from gateway.uvicorn_protocols.websocket import BoundedWebSocket

log = get_logger(__name__)

DRAIN_S = 3.0
GRACE_S = 2
RECONNECT_SPREAD_MS = 2_000
PING_EVERY_S = 20
"""Shorter than any idle time-out of a proxy, which is a minute at least."""


class DrainingServer(uvicorn.Server):
    """A uvicorn server that tells its sockets good-bye first."""

    _draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining is not None or sig not in (signal.SIGTERM, signal.SIGINT):
            super().handle_exit(sig, frame)
            return
        app.state.draining = True
        # In a signal handler, only this call also wakes a sleeping loop.
        asyncio.get_running_loop().call_soon_threadsafe(self._begin_draining)

    def _begin_draining(self) -> None:
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        log.info("gateway_draining", sockets=len(app.state.sockets))
        await app.state.sockets.drain(DRAIN_S, RECONNECT_SPREAD_MS)
        self.should_exit = True


def listen(config: uvicorn.Config) -> socket.socket:
    """A listening socket. The kernel ends its connections when the client takes nothing for
    `unread_timeout_s`; uvicorn would wait for ever."""
    listening = config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        unread_ms = int(settings.sockets.unread_timeout_s * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
    return listening


def _warn_if_open(host: str) -> None:
    """Log a warning if other machines can connect while the settings say that there is no TLS."""
    if is_loopback(host):
        return
    if not settings.identity.cookie_secure:
        log.warning("cookie_goes_without_tls", set="KONSTRUCT_COOKIE_SECURE=true")
    if not (settings.gateway.allowed_origins or settings.gateway.public_url):
        log.warning("no_browser_origin_allowed", set="KONSTRUCT_PUBLIC_URL=https://…")


def configured(host: str, port: int) -> uvicorn.Config:
    """uvicorn's configuration: every wait and every size has a bound."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Both given here, or uvicorn reads FORWARDED_ALLOW_IPS and WEB_CONCURRENCY.
        forwarded_allow_ips=settings.gateway.trusted_proxies,
        workers=1,
        http=BoundedHttp,
        ws=BoundedWebSocket,
        # Small frames gain nothing from compression, and it costs 50 KiB per socket.
        ws_per_message_deflate=False,
        # Well above our own limit, so that a client sees our close code and sentence.
        ws_max_size=max(1024 * 1024, settings.sockets.frame_bytes() * 2),
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def serve(host: str, port: int) -> int:
    """Serve until told to stop; returns the exit code. Raises KonstructError if it may not
    start."""
    configure_logging(settings.telemetry.log_level, json=settings.telemetry.log_json)
    # Our own sentence says why it may not start, so hide uvicorn's stack trace.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.state.refusal is None)
    _warn_if_open(host)
    config = configured(host, port)
    server = DrainingServer(config)
    try:
        server.run(sockets=[listen(config)])
    except SystemExit:  # uvicorn raises it if the application does not start
        if app.state.refusal is not None:
            raise app.state.refusal from None
        raise
    return 0 if server.started else 3
