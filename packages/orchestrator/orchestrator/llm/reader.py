"""Reads one completion off the wire. It is the only reader of OpenAI's protocol.

While text flows, reads are spaced, so that one read brings several tokens. Meanwhile they wait in
the kernel's buffer; nothing is held here.
"""

import asyncio
from collections.abc import Callable

import aiohttp

from orchestrator.life.lag import in_step
from orchestrator.llm import failures
from orchestrator.llm.dialect import Request
from orchestrator.llm.endpoint import (
    Body,
    Connections,
    Endpoint,
    Response,
    ask,
    asked_otherwise,
)
from orchestrator.llm.event_stream import EventStream
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.reply import Reply

FIRST_REST_S = 0.005
DRAIN_S = 0.05
AFTER_FINISH_S = 2.0
"""For usage and end mark, after an answer has said why it stopped and so is whole."""


class CompletionReader:
    """`open` it, then read until `ended`; `waiting` and `read` return the text that has come.

    Each may set `failure`, to be raised after the text. Always `close` it.
    """

    def __init__(self, connections: Connections, endpoint: Endpoint, request: Request) -> None:
        self._connections = connections
        self._endpoint = endpoint
        self._request = request
        self._pacing = _Pacing(connections.window_s)
        self._response: Response | None = None
        self._begin()

    def _begin(self) -> None:
        self._events = EventStream()
        self.reply = Reply(self._endpoint.api_key)
        self.ended = False

    async def open(self) -> None:
        """Send the request, and wait for the response to begin. Raises `ModelFailure`."""
        try:
            self._response, self._request = await ask(
                self._connections, self._endpoint, self._request
            )
        except aiohttp.ClientError as error:
            raise _failure(error, began=False) from error

    @property
    def is_refused(self) -> bool:
        """Whether an error came before any text: some servers refuse a request this way."""
        return self.reply.failure is not None and not self.reply.began

    async def ask_otherwise(self) -> None:
        """Repeat the request as the refusal suggests. Raises the refusal if nothing can be
        changed."""
        assert self.reply.failure is not None
        endpoint = self._endpoint
        otherwise = asked_otherwise(self._request, endpoint.dialect, self.reply.failure, endpoint)
        if otherwise is None:
            raise self.reply.failure
        self._request, endpoint.dialect = otherwise
        self.close()
        self._begin()
        await self.open()

    def waiting(self) -> str | None:
        """The text of the next events, if they have arrived already."""
        try:
            data = self._content.read_nowait()
        except aiohttp.ClientError:  # `read` raises it
            return None
        return self._take(data) if data else None

    async def read(self) -> str:
        """The text of the next events. Comments that only keep the connection alive give none."""
        try:
            while data := await self._next():
                if (text := self._take(data)) is not None:
                    return text
            text = self.reply.take(self._events.rest())
            self.reply.done |= self._events.is_one_value and self.reply.began
        except ModelFailure as failure:
            self.reply.failure = failure
            text = ""
        return text + self._end()

    def check(self) -> None:
        """Raise the failure that came instead of more text; at the end, check the whole answer."""
        if self.reply.failure is not None:
            raise self.reply.failure
        if self.ended:
            self.reply.check()

    async def rest(self) -> None:
        """Pause, and let text gather in the kernel's buffer."""
        if self._response is not None and not self.ended:
            await self._pacing.rest(self._response)

    async def drain(self) -> None:
        """Read the rest of the body after the end mark, so that the connection can be used
        again."""
        try:
            async with asyncio.timeout(DRAIN_S):
                while await self._content.readany():
                    pass
        except (TimeoutError, aiohttp.ClientError):
            pass

    def close(self) -> None:
        if self._response is not None:
            self._response.release()
            self._response = None

    @property
    def _content(self) -> Body:
        assert self._response is not None
        return self._response.content

    def _take(self, data: bytes) -> str | None:
        """The text of the events that `data` completes; None if it completes none."""
        try:
            values = self._events.feed(data)
        except ModelFailure as failure:
            self.reply.failure = failure
            return ""
        if not values:
            return None
        text = self.reply.take(values)
        return text + self._end() if self.reply.done else text

    def _end(self) -> str:
        self.ended = True
        return self.reply.end() if self.reply.failure is None else ""

    async def _next(self) -> bytes:
        """The next bytes; empty at the end."""
        if self.reply.finish_reason is not None:
            return await self._after_finish()
        try:
            return await self._content.readany()
        except aiohttp.ClientError as error:
            if rest := _left_behind(self._content):
                return rest
            raise _failure(error, began=self.reply.began) from error

    async def _after_finish(self) -> bytes:
        try:
            async with asyncio.timeout(AFTER_FINISH_S):
                return await self._content.readany()
        except TimeoutError:
            return b""
        except aiohttp.ClientError:
            return _left_behind(self._content)


class _Pacing:
    """How long a flowing answer is left in the kernel's buffer: hardly at all at first, so that a
    short answer is not delayed, then longer and longer up to the window."""

    def __init__(self, window_s: Callable[[], float]) -> None:
        self._window_s = window_s
        self._next_s = FIRST_REST_S

    async def rest(self, response: Response) -> None:
        pause_s, self._next_s = min(self._next_s, self._window_s()), self._next_s * 2
        protocol = response.connection and response.connection.protocol
        if not protocol:  # everything has arrived already
            return
        protocol.pause_reading()
        await asyncio.sleep(in_step(pause_s))
        protocol.resume_reading()
        await asyncio.sleep(0)  # lets the loop read what has arrived by now


def _left_behind(content: Body) -> bytes:
    """The bytes that came before the connection broke; aiohttp raises the error instead of them."""
    return content._read_nowait(-1)


def _failure(error: aiohttp.ClientError, *, began: bool) -> ModelFailure:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return failures.ModelUnreachable()
    if isinstance(error, aiohttp.ServerTimeoutError):
        return failures.ModelStalled() if began else failures.ModelSilent()
    if isinstance(error, aiohttp.ClientResponseError):  # the response is not HTTP
        return failures.ModelGarbage()
    return failures.ModelCut() if began else failures.ModelUnreachable()
