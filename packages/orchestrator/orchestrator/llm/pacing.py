"""Reads of a connection that can be spaced in time, so that one read brings several tokens.

Waking up for a token costs more than the token: about 80 µs for selector, timeout scope and read,
against 35 µs to parse it. A paced stream leaves what arrives in the kernel's buffer until its next
read is due, and then takes all of it. Nothing is held in this process, so nothing can be lost or
left over when a stream ends, fails or is cancelled.
"""
# ruff: noqa: ASYNC109 (the parameters are httpcore2's)

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2
from shared.proxies import proxy_for

TOGETHER_S = 0.02
"""Reads due within this are begun together."""


class PacedStream(httpcore2.AsyncNetworkStream):
    """A network stream whose next read can be put off."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._not_before = 0.0
        self._has_more = False

    def rest(self, seconds: float) -> None:
        """Begin the next read no sooner than about `seconds` from now, 0 being at once.

        It may begin sooner when more is known to wait. Streams that rest wake together: one turn of
        the event loop for many reads.
        """
        if seconds > 0:
            due = asyncio.get_running_loop().time() + seconds
            self._not_before = round(due / TOGETHER_S) * TOGETHER_S
        else:
            self._not_before = 0.0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._not_before and not self._has_more:
            pause = self._not_before - asyncio.get_running_loop().time()
            if pause > 0:
                await asyncio.sleep(pause)
        data = await self._inner.read(max_bytes, timeout)
        self._has_more = len(data) >= max_bytes
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "PacedStream":
        return PacedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PacedBackend(httpcore2.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> PacedStream:
        return PacedStream(
            await super().connect_tcp(host, port, timeout, local_address, socket_options)
        )


class PacedTransport(httpx2.AsyncHTTPTransport):
    """httpx2's transport over connections that are `PacedStream`s, in `network_stream`, straight
    or by way of a proxy."""

    def __init__(self, limits: httpx2.Limits, proxy: str | None = None) -> None:
        # httpx2 offers no way to name the network backend, so the pool is made here in its place.
        options: dict[str, Any] = {
            "ssl_context": httpx2.create_ssl_context(),
            "max_connections": limits.max_connections,
            "max_keepalive_connections": limits.max_keepalive_connections,
            "keepalive_expiry": limits.keepalive_expiry,
            "network_backend": _PacedBackend(),
        }
        if proxy is None:
            self._pool = httpcore2.AsyncConnectionPool(**options)
        else:
            by = httpx2.Proxy(proxy)
            self._pool = httpcore2.AsyncHTTPProxy(str(by.url), by.raw_auth, **options)


class RoutedTransport(httpx2.AsyncBaseTransport):
    """Each request by the proxy that `shared.proxies` names for it, or straight."""

    def __init__(self, limits: httpx2.Limits) -> None:
        self._limits = limits
        self._ways: dict[str | None, PacedTransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        proxy = proxy_for(str(request.url))
        way = self._ways.get(proxy)
        if way is None:
            way = self._ways[proxy] = PacedTransport(self._limits, proxy)
        return await way.handle_async_request(request)

    async def aclose(self) -> None:
        for way in self._ways.values():
            await way.aclose()
