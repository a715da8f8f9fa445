"""The guarded client: https to public addresses, no redirects, no proxy, bounded in bytes and time.

A redirect is an answer like any other. A compressed answer is refused, since what it unpacks to
has no bound. Headers of the environment's (netrc, proxies) are not read.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import cache

import httpcore2
import httpx2
from shared.config import settings

from orchestrator.egress.addresses import Allowed
from orchestrator.egress.guard import GuardedBackend, Resolver, resolve
from orchestrator.egress.refused import EgressRefused

MAX_BYTES = 4 * 1024 * 1024
TOTAL_S = 60.0
EXCERPT_BYTES = 1024
"""Of a foreign answer, nobody is shown more."""
TIMEOUT = httpx2.Timeout(connect=10.0, read=30.0, write=10.0, pool=10.0)
CONNECTIONS = 100
FIRST_FREE_PORT = 1024
HTTPS = 443


def guarded_client(
    *,
    max_bytes: int = MAX_BYTES,
    total_s: float = TOTAL_S,
    tls: ssl.SSLContext | None = None,
    resolver: Resolver = resolve,
) -> httpx2.AsyncClient:
    """A client for addresses that a tenant names. An answer has `max_bytes` at most and ends within
    `total_s`. Raises EgressRefused, httpx2.TransportError."""
    transport = GuardedTransport(max_bytes, total_s, tls or _tls(), resolver)
    return httpx2.AsyncClient(
        transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False
    )


async def excerpt(response: httpx2.Response) -> str:
    """The beginning of an answer, to be shown; the rest is not read."""
    read = b""
    async for part in response.aiter_raw():
        read += part
        if len(read) >= EXCERPT_BYTES:
            break
    return read[:EXCERPT_BYTES].decode(errors="replace")


class GuardedTransport(httpx2.AsyncBaseTransport):
    def __init__(
        self, max_bytes: int, total_s: float, tls: ssl.SSLContext, resolver: Resolver
    ) -> None:
        self._max_bytes = max_bytes
        self._total_s = total_s
        self._allowed = Allowed(settings.worker.egress_allow)
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS // 5,
                keepalive_expiry=5.0,
                network_backend=GuardedBackend(
                    self._allowed, plain=scheme == "http", resolver=resolver
                ),
            )
            for scheme in ("https", "http")
        }

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        pool = self._pool_for(request.url)
        request.headers["Accept-Encoding"] = "identity"
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        ends_at = asyncio.get_running_loop().time() + self._total_s
        with _as_httpx2():
            try:
                async with asyncio.timeout_at(ends_at):
                    answer = await pool.handle_async_request(asked)
            except TimeoutError:
                raise httpx2.ReadTimeout(f"no answer within {self._total_s:.0f} s") from None
        body = _BoundedBody(answer, self._max_bytes, ends_at)
        response = httpx2.Response(status_code=answer.status, headers=answer.headers, stream=body)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            await body.aclose()
            raise EgressRefused("encoded", "The answer is compressed, which was not asked for.")
        return response

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _pool_for(self, url: httpx2.URL) -> httpcore2.AsyncConnectionPool:
        """Raises EgressRefused for what no address of ours may look like."""
        if url.scheme not in self._pools or not url.host:
            raise EgressRefused("blocked_address", "An address begins with https://.")
        if url.userinfo:
            raise EgressRefused(
                "blocked_address", "An address has no name and password in it, before an @."
            )
        port = url.port or HTTPS
        is_usual = port == HTTPS or port >= FIRST_FREE_PORT
        if url.scheme == "https" and not is_usual and not self._allowed.host(url.host):
            raise EgressRefused("blocked_address", f"The port {port} is asked of nobody.")
        return self._pools[url.scheme]


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response, max_bytes: int, ends_at: float) -> None:
        self._answer = answer
        self._left = max_bytes
        self._ends_at = ends_at

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = self._answer.aiter_stream()
        while True:
            with _as_httpx2():
                try:
                    async with asyncio.timeout_at(self._ends_at):
                        part = await anext(parts, None)
                except TimeoutError:
                    raise httpx2.ReadTimeout("the answer did not end in time") from None
            if part is None:
                return
            self._left -= len(part)
            if self._left < 0:
                raise EgressRefused("too_big", "The answer is longer than we read.")
            yield part

    async def aclose(self) -> None:
        with _as_httpx2():
            await self._answer.aclose()


class _as_httpx2:  # noqa: N801 - reads as a statement
    """httpcore2's errors as httpx2's of the same name."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is not None and type(error).__module__.startswith("httpcore2"):
            known = getattr(httpx2, type(error).__name__, httpx2.TransportError)
            raise known(str(error)) from error


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads all certificate authorities, which takes 45 ms."""
    return httpx2.create_ssl_context()
