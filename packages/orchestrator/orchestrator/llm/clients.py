"""The SDKs' clients with our bounds, and OpenAI's with our own reader of the wire."""

import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from functools import cache, cached_property
from typing import Any, Self

import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI, NotGiven, Omit
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletionChunk
from shared.proxies import proxy_for

from orchestrator.llm.endpoint import Connections, Endpoint
from orchestrator.llm.reader import CompletionReader

MAX_CONNECTIONS = 1_000
"""httpx2's default of 100 would make the 101st answer wait for another to end."""
MAX_IDLE = 32
"""At every request the pool checks each idle connection, 30 µs each."""
TIMEOUT = httpx2.Timeout(connect=5.0, read=120.0, write=10.0, pool=5.0)
"""The outermost bounds of one read or write. `AnswerLimits` says how long an answer may take."""
ANTHROPIC_URL = "https://api.anthropic.com"
"""Given explicitly, or the SDK would read ANTHROPIC_BASE_URL."""

_NOT_OF_THE_BODY = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})


def open_pool() -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE)
    return httpx2.AsyncClient(transport=RoutedTransport(limits), timeout=TIMEOUT)


class RoutedTransport(httpx2.AsyncBaseTransport):
    """Sends each request through the proxy that `shared.proxies` names for it, or directly."""

    def __init__(self, limits: httpx2.Limits) -> None:
        self._limits = limits
        self._ways: dict[str | None, httpx2.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        proxy = proxy_for(str(request.url))
        way = self._ways.get(proxy)
        if way is None:
            way = self._ways[proxy] = httpx2.AsyncHTTPTransport(
                verify=_tls(), limits=self._limits, proxy=proxy, trust_env=False
            )
        return await way.handle_async_request(request)

    async def aclose(self) -> None:
        for way in self._ways.values():
            await way.aclose()


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads all certificate authorities, which takes 45 ms."""
    return httpx2.create_ssl_context()


class Chunks:
    """A completion as the SDK's chunks; each holds all that one read brought.

    The SDK spends some 200 µs on every event and pydantic-ai another 140, so both get few large
    ones.
    """

    def __init__(self, reader: CompletionReader) -> None:
        self._reader = reader
        self._ready: deque[ChatCompletionChunk] = deque()
        self._flows = False
        self._is_over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        self._reader.close()

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        return self

    async def __anext__(self) -> ChatCompletionChunk:
        while not self._ready:
            if self._is_over:
                raise StopAsyncIteration
            if self._reader.is_refused:
                await self._reader.ask_otherwise()
            self._reader.check()
            if self._reader.ended:
                await self._finish()
            else:
                await self._read()
        return self._ready.popleft()

    async def _read(self) -> None:
        reader = self._reader
        if self._flows:
            await reader.rest()
        text = reader.waiting()
        if text is None:
            text = await reader.read()
        self._flows = bool(text)
        if text:
            self._ready.append(self._chunk({"content": text}))
        calls, reader.reply.calls = reader.reply.calls, []
        self._ready += [self._chunk({"tool_calls": [call]}) for call in calls]

    async def _finish(self) -> None:
        self._is_over = True
        reply = self._reader.reply
        self._ready.append(self._chunk({}, reply.finish_reason))
        await self._reader.drain()

    def _chunk(
        self, delta: dict[str, Any], finish_reason: str | None = None
    ) -> ChatCompletionChunk:
        reply = self._reader.reply
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        usage = {
            "prompt_tokens": reply.usage.input_tokens,
            "completion_tokens": reply.usage.output_tokens,
            "total_tokens": reply.usage.input_tokens + reply.usage.output_tokens,
        }
        return ChatCompletionChunk.model_validate(
            {
                "id": str(reply.first.get("id") or ""),
                "object": "chat.completion.chunk",
                "created": int(time.time()),
                "model": str(reply.first.get("model") or ""),
                "choices": [choice],
                "usage": usage if finish_reason else None,
            }
        )


class _Completions(AsyncCompletions):
    async def create(self, *, messages: Iterable[Any], **params: Any) -> Any:
        """Streams go to our own reader."""
        if not params.get("stream"):
            return await super().create(messages=messages, **params)
        client = self._client
        assert isinstance(client, OpenAIClient)
        assert client.endpoint is not None
        assert client.connections is not None
        given = {
            name: value
            for name, value in params.items()
            if name not in _NOT_OF_THE_BODY and not isinstance(value, Omit | NotGiven)
        }
        request = given | (params.get("extra_body") or {}) | {"messages": list(messages)}
        reader = CompletionReader(client.connections, client.endpoint, request)
        try:
            await reader.open()
        except BaseException:
            reader.close()
            raise
        return Chunks(reader)


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> _Completions:
        return _Completions(self._client)


class OpenAIClient(AsyncOpenAI):
    """The SDK's client, for a model at an endpoint."""

    endpoint: Endpoint | None = None
    connections: Connections | None = None

    @cached_property
    def chat(self) -> _Chat:
        return _Chat(self)


def openai_client(
    pool: httpx2.AsyncClient, *, base_url: str | None, api_key: str | None
) -> OpenAIClient:
    return OpenAIClient(
        base_url=base_url, api_key=api_key, http_client=pool, max_retries=0, timeout=TIMEOUT
    )


def anthropic_client(pool: httpx2.AsyncClient, *, api_key: str | None) -> AsyncAnthropic:
    return AsyncAnthropic(
        base_url=ANTHROPIC_URL,
        api_key=api_key,
        http_client=pool,
        max_retries=0,
        timeout=TIMEOUT,
    )
