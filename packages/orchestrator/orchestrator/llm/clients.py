"""The connections to models: one pool for all providers, and the SDK clients that use it."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletionChunk
from pydantic import ValidationError

from orchestrator.llm.merging import MergingTransport
from orchestrator.llm.pacing import RoutedTransport

ANTHROPIC_URL = "https://api.anthropic.com"
"""Said here, or the SDK would ask ANTHROPIC_BASE_URL."""
MAX_CONNECTIONS = 1_000
"""httpx2's default of 100 would let the 101st answer wait for another to end."""
MAX_IDLE = 32
"""The pool asks every idle connection at every request whether it still lives, 30 µs each."""
TIMEOUT = httpx2.Timeout(connect=5.0, read=120.0, write=10.0, pool=5.0)
"""The outermost bounds of one I/O; how long an answer may take is `AnswerLimits`' to say."""


def open_pool(window_s: float | Callable[[], float]) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE)
    return httpx2.AsyncClient(
        transport=MergingTransport(RoutedTransport(limits), window_s),
        timeout=TIMEOUT,
        headers={"accept-encoding": "identity"},  # a compressed stream could not be merged
    )


class _Completions(AsyncCompletions):
    async def create(self, *, messages: Iterable[Any], **params: Any) -> Any:
        """Sends messages as they are: the SDK copies each by its type, 0.2 ms a turn, and leaves
        alone what comes as `extra_body`, which takes precedence."""
        body = {**(params.pop("extra_body", None) or {}), "messages": list(messages)}
        return await super().create(messages=[], extra_body=body, **params)


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> _Completions:
        return _Completions(self._client)


class OpenAIClient(AsyncOpenAI):
    """The SDK's client, quicker with a long conversation and with the events of a stream."""

    @cached_property
    def chat(self) -> _Chat:
        return _Chat(self)

    def _process_response_data(
        self, *, data: object, cast_to: type[Any], response: httpx2.Response
    ) -> Any:
        """Validates a chunk in 7 µs; the SDK builds it loosely in 120, which odd ones still get."""
        if cast_to is ChatCompletionChunk:
            try:
                return ChatCompletionChunk.model_validate(data)
            except ValidationError:
                pass
        return super()._process_response_data(data=data, cast_to=cast_to, response=response)


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
