"""An endpoint of OpenAI's protocol, and how to ask it.

A request is repeated in another dialect until the endpoint understands it; that dialect is kept.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp
import orjson
from shared.log import get_logger
from shared.proxies import proxy_for

from orchestrator.llm.dialect import LIMITS, Dialect, Request, newer_half
from orchestrator.llm.failures import ModelFailure, ModelTooLong, told
from orchestrator.llm.refusals import refused

log = get_logger(__name__)

MAX_CONNECTIONS = 1_000
READ_BUFFER_BYTES = 1024 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=120.0)
"""The outermost bounds of one read or write. `AnswerLimits` says how long an answer may take."""
MAX_ASKED = 8
"""Requests for one answer. Learning a dialect, or halving a history to its end, takes fewer."""
MAX_REFUSAL_BYTES = 8 * 1024
REFUSAL_WITHIN_S = 5.0


class Body(Protocol):
    """What is read of a response: whatever has come, as soon as something has; nothing at its end.

    Raises aiohttp's errors, however it is read.
    """

    async def readany(self) -> bytes: ...
    def read_nowait(self) -> bytes: ...
    def _read_nowait(self, n: int) -> bytes: ...


class Response(Protocol):
    """A response of a model server, by whichever client it came."""

    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> Body: ...
    @property
    def connection(self) -> Any:
        """Whose `protocol` can pause; None once everything has come."""

    def close(self) -> None: ...
    def release(self) -> object: ...


@dataclass(slots=True)
class Endpoint:
    """Where a model is asked, and in which dialect."""

    url: str
    api_key: str = field(repr=False)
    """Empty for one that asks for none."""
    model: str
    token_limit: str
    """The token limit's name there: `max_tokens`, or OpenAI's `max_completion_tokens`."""
    is_quoted: bool = True
    """Whether what it says of a refusal may be logged. A business's own server may say anything,
    and repeat its key in any way."""
    dialect: Dialect = field(init=False)
    """The dialect of the last request that was understood."""

    def __post_init__(self) -> None:
        first = (self.token_limit,)
        self.dialect = Dialect(first + tuple(name for name in LIMITS if name not in first))


class Connections:
    """The connections of one event loop to all endpoints; opened at the first use."""

    def __init__(self, window_s: Callable[[], float]) -> None:
        self.window_s = window_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
                timeout=TIMEOUT,
                auto_decompress=False,
                read_bufsize=READ_BUFFER_BYTES,
                headers={"accept": "text/event-stream", "accept-encoding": "identity"},
            )
        return self._session

    async def post(self, url: str, data: bytes, headers: Mapping[str, str]) -> Response:
        """Raises aiohttp's errors."""
        return await self.session.post(
            url, data=data, headers=headers, allow_redirects=False, proxy=proxy_for(url)
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


async def ask(
    connections: Connections, endpoint: Endpoint, request: Request
) -> tuple[Response, Request]:
    """Ask; return the response whose body is the answer, and the request that was accepted.

    After a refusal the request is repeated without the field that was not understood, or without
    the older half of a history that was too long. Raises the `ModelFailure` of any other refusal,
    and aiohttp's errors.
    """
    dialect = endpoint.dialect
    for _ in range(MAX_ASKED):
        response = await _post(connections, endpoint, dialect.write(request))
        if response.status == HTTPStatus.OK and response.content_type != "text/html":
            endpoint.dialect = dialect
            return response, request
        try:
            body = await _beginning(response)
        finally:
            response.close()
        failure = refused(response.status, body, response.headers, key=endpoint.api_key)
        otherwise = asked_otherwise(request, dialect, failure, endpoint)
        if otherwise is None:
            raise failure
        request, dialect = otherwise
    raise failure


def asked_otherwise(
    request: Request, dialect: Dialect, failure: ModelFailure, endpoint: Endpoint
) -> tuple[Request, Dialect] | None:
    """The request to send instead of the refused one; None if it would be refused too."""
    if failure.said is None:
        return None
    messages = newer_half(request["messages"]) if failure.code == ModelTooLong.code else None
    other = None if messages else dialect.after(request, failure.said.status, failure.said.text)
    if messages is None and other is None:
        return None
    said = told(failure) if endpoint.is_quoted else {}
    log.info("model_asked_otherwise", why=failure.code, **said)
    return request | {"messages": messages or request["messages"]}, other or dialect


async def _post(connections: Connections, endpoint: Endpoint, request: Request) -> Response:
    headers = {"content-type": "application/json"}
    if endpoint.api_key:
        headers["authorization"] = f"Bearer {endpoint.api_key}"
    return await connections.post(endpoint.url, orjson.dumps(request), headers)


async def _beginning(response: Response) -> bytes:
    """The first part of a refusal's body, as much as comes."""
    body = b""
    try:
        async with asyncio.timeout(REFUSAL_WITHIN_S):
            while len(body) < MAX_REFUSAL_BYTES and (data := await response.content.readany()):
                body += data
    except (TimeoutError, aiohttp.ClientError):
        pass
    return body[:MAX_REFUSAL_BYTES]
