"""Streamed text merged on the wire, before a model SDK parses it.

An SDK spends some 200 µs on every event, pydantic-ai another 140, a bare parse 3. So consecutive
events of a chat completion that carry plain text are made one event whose content is all of theirs.

What this promises: the text and every other event come out in the order they went in. Anything that
is not plain text (tool calls, finish reasons, usage, refusals, reasoning, log probabilities, other
choices, `event:` lines, comments, `[DONE]`, what is no JSON) is passed on byte for byte. What one
read of the connection brought is passed on at once; while plain text flows, reads are spaced by the
window, so that one read brings more (`pacing.py`). An event longer than `MAX_EVENT_BYTES` is an
error.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import orjson

from orchestrator.llm.pacing import PacedStream

DEFAULT_WINDOW_S = 0.08
MAX_EVENT_BYTES = 1024 * 1024
MAX_WAITING_BYTES = 1024 * 1024
"""What may wait for a slow consumer before the connection is no longer read."""

_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n|\Z)){2}")
_METADATA = frozenset(
    {"id", "object", "created", "model", "choices"}
    | {"system_fingerprint", "service_tier", "obfuscation"}
)


class EventTooLong(httpx2.RemoteProtocolError):
    """The model's server sends an event without end."""


class EventMerger:
    """Merges one stream's events: `feed` takes bytes however cut, `take` gives what is whole."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._seen_cr = False
        self._ready: list[bytes] = []
        self._run: list[tuple[bytes, str]] = []
        self._first: dict[str, Any] = {}
        self.in_text = False
        """Whether the last whole event was plain text."""
        self.waiting = 0
        """Bytes of whole events fed and not taken."""

    def feed(self, data: bytes) -> None:
        """Raises `EventTooLong`."""
        search = max(0, len(self._tail) - 3)  # a blank line may have begun in what came before
        self._tail += data
        self._seen_cr = self._seen_cr or b"\r" in data
        start = 0
        while (end := self._event_end(search)) is not None:
            self._add(bytes(self._tail[start:end]))
            start = search = end
        del self._tail[:start]
        if len(self._tail) > MAX_EVENT_BYTES:
            raise EventTooLong("an event has no end")

    def take(self) -> bytes:
        """All whole events fed since the last call, merged."""
        self._close_run()
        data = b"".join(self._ready)
        self._ready.clear()
        self.waiting = 0
        return data

    def finish(self) -> bytes:
        """As `take`, and what was left unfinished when the stream ended."""
        rest = bytes(self._tail)
        self._tail.clear()
        return self.take() + rest

    def _event_end(self, search: int) -> int | None:
        if not self._seen_cr:
            end = self._tail.find(b"\n\n", search)
            return None if end < 0 else end + 2
        blank = _BLANK_LINE.search(self._tail, search)
        return blank.end() if blank else None

    def _add(self, event: bytes) -> None:
        self.waiting += len(event)
        chunk = _plain_text_chunk(event)
        self.in_text = chunk is not None
        if chunk is None:
            self._close_run()
            self._ready.append(event)
            return
        if self._run and not _same_answer(chunk, self._first):
            self._close_run()
        if not self._run:
            self._first = chunk
        self._run.append((event, chunk["choices"][0]["delta"]["content"]))

    def _close_run(self) -> None:
        if not self._run:
            return
        if len(self._run) == 1:
            self._ready.append(self._run[0][0])
        else:
            self._first["choices"][0]["delta"]["content"] = "".join([text for _, text in self._run])
            self._ready.append(b"data: %b\n\n" % orjson.dumps(self._first))
        self._run.clear()


def _plain_text_chunk(event: bytes) -> dict[str, Any] | None:
    """The event's chunk if text of choice 0 is all it says, else None."""
    if not event.startswith((b"data: {", b"data:{")):
        return None
    try:
        chunk: dict[str, Any] = orjson.loads(event[5:])
    except orjson.JSONDecodeError:
        return None
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        return None
    (choice,) = choices
    if not isinstance(choice, dict) or choice.get("index") != 0:
        return None
    delta = choice.get("delta")
    if not isinstance(delta, dict) or not isinstance(delta.get("content"), str):
        return None
    plain = (
        delta["content"] != ""
        and delta.get("role", "assistant") in ("assistant", None)
        and _says_nothing_but(chunk, _METADATA)
        and _says_nothing_but(choice, ("index", "delta"))
        and _says_nothing_but(delta, ("content", "role"))
    )
    return chunk if plain else None


def _says_nothing_but(fields: dict[str, Any], known: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether every other field is null or empty, as servers send those that do not apply."""
    return all(name in known or not value for name, value in fields.items())


def _same_answer(chunk: dict[str, Any], first: dict[str, Any]) -> bool:
    return chunk.get("id") == first.get("id") and chunk.get("model") == first.get("model")


class _MergedStream(httpx2.AsyncByteStream):
    """The body of a response, its events merged; a task reads ahead of the consumer, in bounds.

    The task is what tells where a read ends: it takes all that one read brought without giving up
    the event loop, and the consumer runs when it waits for the next.
    """

    def __init__(
        self, body: httpx2.AsyncByteStream, line: PacedStream | None, window_s: Callable[[], float]
    ) -> None:
        self._body = body
        self._line = line
        self._window_s = window_s
        self._merger = EventMerger()
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """May be asked again to go on, as the SDK does to drain what follows `[DONE]`; the body
        itself is iterated once, for httpcore2 never ends a second time on a closed connection."""
        if self._closed:
            return
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
            self._reader.add_done_callback(lambda _: self._arrived.set())
        reader = self._reader
        while not reader.done():
            await self._arrived.wait()
            self._arrived.clear()
            if data := self._merger.take():
                yield data
            self._taken.set()
        if data := self._merger.finish():
            yield data
        reader.result()

    async def aclose(self) -> None:
        self._closed = True
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.cancel()
            await asyncio.wait([reader])
        if reader is not None and not reader.cancelled():
            reader.exception()  # seen, or known to nobody who still listens
        if self._line is not None:
            self._line.rest(0)
        await self._body.aclose()

    async def _read(self) -> None:
        merger = self._merger
        async for part in self._body:
            merger.feed(part)
            if self._line is not None:
                self._line.rest(self._window_s() if merger.in_text else 0)
            self._arrived.set()
            while merger.waiting > MAX_WAITING_BYTES:
                self._taken.clear()
                await self._taken.wait()


class MergingTransport(httpx2.AsyncBaseTransport):
    """A transport whose streamed chat completions arrive merged; all else passes untouched.

    `window_s` is asked before each read, so that it may grow while the event loop lags.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        window_s: float | Callable[[], float] = DEFAULT_WINDOW_S,
    ) -> None:
        self._inner = inner
        self._window_s = window_s if callable(window_s) else lambda: window_s

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if _is_chat_stream(request, response):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            line = response.extensions.get("network_stream")
            response.stream = _MergedStream(
                response.stream, line if isinstance(line, PacedStream) else None, self._window_s
            )
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _is_chat_stream(request: httpx2.Request, response: httpx2.Response) -> bool:
    return (
        request.url.path.endswith("/chat/completions")
        and response.headers.get("content-type", "").startswith("text/event-stream")
        and "content-encoding" not in response.headers
    )
