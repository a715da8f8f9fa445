"""Runs the gateway under uvicorn, and ends it without losing anyone.

On SIGTERM or SIGINT every socket is told to `reconnect` and closed before uvicorn stops: left to
itself, uvicorn closes them all at once and without a word.
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
"""Below any idle time-out on the way: proxies have a minute at least."""


class DrainingServer(uvicorn.Server):
    """A uvicorn server that says good-bye first."""

    _draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining is not None or sig not in (signal.SIGTERM, signal.SIGINT):
            super().handle_exit(sig, frame)
            return
        app.state.draining = True
        # From a signal handler: only this call also wakes a loop that sleeps.
        asyncio.get_running_loop().call_soon_threadsafe(self._begin_draining)

    def _begin_draining(self) -> None:
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        log.info("gateway_draining", sockets=len(app.state.sockets))
        await app.state.sockets.drain(DRAIN_S, RECONNECT_SPREAD_MS)
        self.should_exit = True


def listen(config: uvicorn.Config) -> socket.socket:
    """A listening socket whose connections end when the other side takes nothing for a while:
    uvicorn itself waits for ever for a client that does not read."""
    listening = config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        unread_ms = int(settings.sockets.unread_timeout_s * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
    return listening


def _warn_if_open(host: str) -> None:
    """Say it when others than this machine are let in as if there were no TLS before us."""
    if is_loopback(host):
        return
    if not settings.identity.cookie_secure:
        log.warning("cookie_goes_without_tls", set="KONSTRUCT_COOKIE_SECURE=true")
    if not (settings.gateway.allowed_origins or settings.gateway.public_url):
        log.warning("no_browser_origin_allowed", set="KONSTRUCT_PUBLIC_URL=https://…")


def configured(host: str, port: int) -> uvicorn.Config:
    """uvicorn as we want it: every wait and every size has a bound."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Both said here, or uvicorn asks FORWARDED_ALLOW_IPS and WEB_CONCURRENCY.
        forwarded_allow_ips=settings.gateway.trusted_proxies,
        workers=1,
        http=BoundedHttp,
        ws=BoundedWebSocket,
        # Small frames gain nothing from compression, and each socket pays 50 KiB for it.
        ws_per_message_deflate=False,
        # Well above our own limit, so that our close code and sentence are what a client sees.
        ws_max_size=max(1024 * 1024, settings.sockets.frame_bytes() * 2),
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def serve(host: str, port: int) -> int:
    """Serve until told to stop; the exit code. Raises KonstructError when it may not start."""
    configure_logging(settings.telemetry.log_level, json=settings.telemetry.log_json)
    # Why it may not start is said in a sentence of ours, not in uvicorn's stack trace.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.state.refusal is None)
    _warn_if_open(host)
    config = configured(host, port)
    server = DrainingServer(config)
    try:
        server.run(sockets=[listen(config)])
    except SystemExit:  # uvicorn's answer to an application that does not start
        if app.state.refusal is not None:
            raise app.state.refusal from None
        raise
    return 0 if server.started else 3
