"""One completion, read off the wire: the only reader of OpenAI's protocol, whoever asks.

Reads are spaced while text flows, so that one brings several tokens: what comes meanwhile waits in
the kernel's buffer, and nothing is held here.
"""

import asyncio
from collections.abc import Callable

import aiohttp

from orchestrator.life.lag import in_step
from orchestrator.llm import failures
from orchestrator.llm.dialect import Request
from orchestrator.llm.endpoint import Connections, Endpoint, ask, asked_otherwise
from orchestrator.llm.event_stream import EventStream
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.reply import Reply

FIRST_REST_S = 0.005
DRAIN_S = 0.05
AFTER_FINISH_S = 2.0
"""For the usage and the end mark of an answer that has said why it stopped, and so is whole."""


class CompletionReader:
    """`open`, then read until `ended`: `waiting` and `read` give the text that has come.

    Each may leave a `failure` behind, which comes after the text. `close` it in any case.
    """

    def __init__(self, connections: Connections, endpoint: Endpoint, request: Request) -> None:
        self._connections = connections
        self._endpoint = endpoint
        self._request = request
        self._pacing = _Pacing(connections.window_s)
        self._response: aiohttp.ClientResponse | None = None
        self._begin()

    def _begin(self) -> None:
        self._events = EventStream()
        self.reply = Reply(self._endpoint.api_key)
        self.ended = False

    async def open(self) -> None:
        """Ask, and wait for the response to begin. Raises `ModelFailure`."""
        try:
            self._response, self._request = await ask(
                self._connections, self._endpoint, self._request
            )
        except aiohttp.ClientError as error:
            raise _failure(error, began=False) from error

    @property
    def is_refused(self) -> bool:
        """Whether an error came before any word, as some servers refuse a request."""
        return self.reply.failure is not None and not self.reply.began

    async def ask_otherwise(self) -> None:
        """Once more, as what was said of the refusal. Raises it if there is nothing to be done."""
        assert self.reply.failure is not None
        endpoint = self._endpoint
        otherwise = asked_otherwise(self._request, endpoint.dialect, self.reply.failure)
        if otherwise is None:
            raise self.reply.failure
        self._request, endpoint.dialect = otherwise
        self.close()
        self._begin()
        await self.open()

    def waiting(self) -> str | None:
        """What the next events say, if they are here already."""
        try:
            data = self._content.read_nowait()
        except aiohttp.ClientError:  # `read` tells
            return None
        return self._take(data) if data else None

    async def read(self) -> str:
        """What the next events say; a line that only keeps the connection alive is none."""
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
        """Raise what came in place of more; at the end, what is wrong with the whole."""
        if self.reply.failure is not None:
            raise self.reply.failure
        if self.ended:
            self.reply.check()

    async def rest(self) -> None:
        """Leave what comes now where it is, for a while."""
        if self._response is not None and not self.ended:
            await self._pacing.rest(self._response)

    async def drain(self) -> None:
        """Read what follows the end mark, the end of the body: then the connection can be used
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
    def _content(self) -> aiohttp.StreamReader:
        assert self._response is not None
        return self._response.content

    def _take(self, data: bytes) -> str | None:
        """What the events say that `data` ends; None if there is none."""
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
        """Empty at the end."""
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
    """How long to leave a flowing answer in the kernel's buffer: at first hardly at all, so that
    a short one is not held up, then longer and longer up to the window."""

    def __init__(self, window_s: Callable[[], float]) -> None:
        self._window_s = window_s
        self._next_s = FIRST_REST_S

    async def rest(self, response: aiohttp.ClientResponse) -> None:
        pause_s, self._next_s = min(self._next_s, self._window_s()), self._next_s * 2
        protocol = response.connection and response.connection.protocol
        if not protocol:  # all of it is here already
            return
        protocol.pause_reading()
        await asyncio.sleep(in_step(pause_s))
        protocol.resume_reading()
        await asyncio.sleep(0)  # the loop reads: what has come by now need not be waited for


def _left_behind(content: aiohttp.StreamReader) -> bytes:
    """What had come before the connection broke: aiohttp gives the error in its place."""
    return content._read_nowait(-1)


def _failure(error: aiohttp.ClientError, *, began: bool) -> ModelFailure:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return failures.ModelUnreachable()
    if isinstance(error, aiohttp.ServerTimeoutError):
        return failures.ModelStalled() if began else failures.ModelSilent()
    if isinstance(error, aiohttp.ClientResponseError):  # what came is not HTTP
        return failures.ModelGarbage()
    return failures.ModelCut() if began else failures.ModelUnreachable()
