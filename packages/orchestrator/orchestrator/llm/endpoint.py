"""An endpoint of OpenAI's protocol, and how to ask it.

A request is repeated in another dialect until the endpoint understands it; that dialect is kept.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

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


@dataclass(slots=True)
class Endpoint:
    """Where a model is asked, and in which dialect."""

    url: str
    api_key: str = field(repr=False)
    model: str
    token_limit: str
    """The token limit's name there: `max_tokens`, or OpenAI's `max_completion_tokens`."""
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

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


async def ask(
    connections: Connections, endpoint: Endpoint, request: Request
) -> tuple[aiohttp.ClientResponse, Request]:
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
        otherwise = asked_otherwise(request, dialect, failure)
        if otherwise is None:
            raise failure
        request, dialect = otherwise
    raise failure


def asked_otherwise(
    request: Request, dialect: Dialect, failure: ModelFailure
) -> tuple[Request, Dialect] | None:
    """The request to send instead of the refused one; None if it would be refused too."""
    if failure.said is None:
        return None
    messages = newer_half(request["messages"]) if failure.code == ModelTooLong.code else None
    other = None if messages else dialect.after(request, failure.said.status, failure.said.text)
    if messages is None and other is None:
        return None
    log.info("model_asked_otherwise", why=failure.code, **told(failure))
    return request | {"messages": messages or request["messages"]}, other or dialect


async def _post(
    connections: Connections, endpoint: Endpoint, request: Request
) -> aiohttp.ClientResponse:
    return await connections.session.post(
        endpoint.url,
        data=orjson.dumps(request),
        headers={
            "authorization": f"Bearer {endpoint.api_key}",
            "content-type": "application/json",
        },
        allow_redirects=False,
        proxy=proxy_for(endpoint.url),
    )


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """The first part of a refusal's body, as much as comes."""
    body = b""
    try:
        async with asyncio.timeout(REFUSAL_WITHIN_S):
            while len(body) < MAX_REFUSAL_BYTES and (data := await response.content.readany()):
                body += data
    except (TimeoutError, aiohttp.ClientError):
        pass
    return body[:MAX_REFUSAL_BYTES]
