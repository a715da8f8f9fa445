"""Model servers at addresses that businesses name: asked through the guard, read as all others are.

What `endpoint` and `reader` know of aiohttp's responses is here for those of `egress`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import aiohttp
import httpx2
from shared.background import end
from shared.config import settings

from orchestrator.egress import EgressRefused, guarded_client
from orchestrator.llm.clients import TIMEOUT
from orchestrator.llm.endpoint import Connections, Response
from orchestrator.llm.failures import ModelBlocked

MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_READ_BYTES = 256 * 1024
ACCEPT = {"accept": "text/event-stream"}


class GuardedConnections(Connections):
    """Connections to the servers of all businesses; opened at the first use."""

    def __init__(self, window_s: Callable[[], float]) -> None:
        super().__init__(window_s)
        self._client: httpx2.AsyncClient | None = None

    @property
    def client(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = guarded_client(
                max_bytes=MAX_ANSWER_BYTES, total_s=settings.worker.run_deadline_s
            )
            self._client.timeout = TIMEOUT
        return self._client

    async def post(self, url: str, data: bytes, headers: Mapping[str, str]) -> Response:
        request = self.client.build_request(
            "POST", url, content=data, headers=ACCEPT | dict(headers)
        )
        with as_aiohttp():
            return GuardedResponse(await self.client.send(request, stream=True))

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()


class GuardedResponse:
    """A response of the guarded client's."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content_type = (
            response.headers.get("content-type", "").partition(";")[0].strip().lower()
        )
        self.content = GuardedBody(response)
        self.connection = _ReadsWhenAsked()

    def close(self) -> None:
        self.content.leave()

    def release(self) -> None:
        self.content.leave()


class GuardedBody:
    """What comes, as it comes.

    httpcore2 hands over each chunk by itself, and many have come by the time one is asked for:
    those are read together, or whoever rests between reads would fall behind.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._parts = response.aiter_raw()
        self._next: asyncio.Task[bytes] | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def readany(self) -> bytes:
        with as_aiohttp():
            data = read = await self._part()
            while read and len(data) < MAX_READ_BYTES and await self._has_come():
                read = await self._part()
                data += read
            return data

    def read_nowait(self) -> bytes:
        return b""

    def _read_nowait(self, n: int) -> bytes:  # noqa: ARG002 - nothing is kept here
        return b""

    def leave(self) -> None:
        """Close the connection, if its answer was not read to the end."""
        if self._leaving is None:
            self._leaving = asyncio.get_running_loop().create_task(self._close())

    async def _part(self) -> bytes:
        reading = self._asked()
        try:
            return await reading
        finally:
            self._next = None

    async def _has_come(self) -> bool:
        reading = self._asked()
        await asyncio.sleep(0)
        return reading.done() and not reading.cancelled() and reading.exception() is None

    def _asked(self) -> "asyncio.Task[bytes]":
        if self._next is None:
            self._next = asyncio.create_task(_next_of(self._parts))
        return self._next

    async def _close(self) -> None:
        if self._next is not None:
            await end(self._next)
        with suppress(httpx2.HTTPError, RuntimeError):
            await self._response.aclose()


async def _next_of(parts: AsyncIterator[bytes]) -> bytes:
    return await anext(parts, b"")


class _ReadsWhenAsked:
    """Nothing is read ahead, so there is nothing to pause."""

    @property
    def protocol(self) -> "_ReadsWhenAsked":
        return self

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@contextmanager
def as_aiohttp() -> Iterator[None]:
    """httpx2's errors as aiohttp's; what the guard refuses is a failure of its own."""
    try:
        yield
    except EgressRefused as error:
        if error.code == "blocked_address":
            raise ModelBlocked from error
        raise aiohttp.ClientPayloadError from None
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
        raise aiohttp.ConnectionTimeoutError from None
    except httpx2.TimeoutException:
        raise aiohttp.ServerTimeoutError from None
    except httpx2.RemoteProtocolError:
        raise aiohttp.ClientPayloadError from None
    except httpx2.HTTPError:
        raise aiohttp.ClientConnectionError from None
