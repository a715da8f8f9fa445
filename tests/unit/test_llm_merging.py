"""Merging streamed text: nothing is lost, added or put in another order, however the bytes come."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder
from orchestrator.llm.merging import MAX_EVENT_BYTES, EventMerger, EventTooLong, MergingTransport


def chunk(content: str, *, ascii_only: bool = False, **more: Any) -> str:
    choice = {"index": 0, "delta": {"content": content}, "logprobs": None, "finish_reason": None}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return "data: " + json.dumps(body | {"choices": [choice]} | more, ensure_ascii=ascii_only)


def other(delta: dict[str, Any], **choice: Any) -> str:
    choices = [{"index": 0, "delta": delta, "finish_reason": None} | choice]
    return "data: " + json.dumps({"id": "c1", "model": "m", "choices": choices})


CALL = {"index": 0, "id": "t1", "function": {"name": "look", "arguments": '{"a": "\u00e9'}}
OTHERS = [
    other({"role": "assistant", "content": ""}),
    other({"tool_calls": [CALL]}),
    other({"content": "both", "tool_calls": [CALL]}),
    other({"content": "thought", "reasoning_content": "hm"}),
    other({"refusal": "no"}),
    other({}, finish_reason="stop"),
    other({"content": "last"}, finish_reason="stop"),
    other({"content": "sure"}, logprobs={"content": [{"token": "sure", "logprob": -0.1}]}),
    other({"content": "second choice"}, index=1),
    'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
    'data: {"error":{"message":"overloaded","code":500}}',
    'data: {"choices":[{"delta":{"cont',
    'data: {"choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}',
    "data: [DONE]",
    "data: 7",
    ": a comment",
    "event: ping\ndata: {}",
    "id: 3\ndata: {}",
    'data: {"choices":\ndata: []}',
    "retry: 100",
    "",
]

texts = st.builds(
    chunk,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    ascii_only=st.booleans(),
    created=st.integers(0, 3),
    id=st.sampled_from(["c1", "c1", "c1", "c2"]),
    obfuscation=st.sampled_from([None, "xYz"]),
)
events = st.lists(texts | texts | st.sampled_from(OTHERS), max_size=30)


def encoded(lines: list[str], line_end: str) -> bytes:
    return "".join(f"{event}\n\n" for event in lines).replace("\n", line_end).encode()


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return (data[a:b] for a, b in pairwise(bounds))


def seen_by_the_sdk(stream: bytes) -> list[tuple[str | None, str, str]]:
    """Each event as the SDK reads it; neighbours that are text of one answer joined."""
    seen: list[tuple[str | None, str, str]] = []
    for event in SSEDecoder().iter_bytes(iter([stream])):
        answer, text = _text(event.data)
        if answer and seen and seen[-1][0] == answer:
            seen[-1] = (answer, "", seen[-1][2] + text)
        else:
            seen.append((answer, "" if answer else f"{event.event} {event.data}", text))
    return seen


def _text(data: str) -> tuple[str | None, str]:
    try:
        body = json.loads(data)
        choice = body["choices"][0]
        only_text = set(choice["delta"]) == {"content"} and choice["delta"]["content"]
    except (ValueError, KeyError, TypeError, IndexError):
        return None, ""
    if not only_text or choice.get("finish_reason") or choice.get("logprobs") or choice["index"]:
        return None, ""
    if "\ud83d" in choice["delta"]["content"]:
        return None, ""
    return f"{body['id']}", choice["delta"]["content"]


@given(events, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 9999)), st.data())
def test_merging_keeps_text_and_order(
    lines: list[str], line_end: str, places: list[int], data: st.DataObject
) -> None:
    stream, merger, out = encoded(lines, line_end), EventMerger(), b""
    for part in cut(stream, places):
        merger.feed(part)
        if data.draw(st.booleans()):
            out += merger.take()
    out += merger.finish()
    assert seen_by_the_sdk(out) == seen_by_the_sdk(stream)


def test_one_read_becomes_one_event() -> None:
    merger = EventMerger()
    merger.feed(encoded([chunk("Hel"), chunk("lo, "), chunk("you")], "\n"))
    (merged,) = [json.loads(line[6:]) for line in merger.take().decode().split("\n\n") if line]
    assert merged["choices"][0]["delta"]["content"] == "Hello, you"
    assert (merged["id"], merged["model"], merged["created"]) == ("c1", "m", 1)


def test_what_is_alone_passes_byte_for_byte() -> None:
    for event in [chunk("é"), *OTHERS]:
        merger = EventMerger()
        stream = encoded([event], "\n")
        merger.feed(stream)
        assert merger.take() + merger.finish() == stream


def test_an_unfinished_last_event_is_passed_on() -> None:
    merger = EventMerger()
    merger.feed(b"data: [DONE]")
    assert merger.take() == b""
    assert merger.finish() == b"data: [DONE]"


@pytest.mark.parametrize("part", [b"x" * 1000, b"data: x\n" * 100])
def test_an_event_without_end_is_refused(part: bytes) -> None:
    merger = EventMerger()
    for _ in range(MAX_EVENT_BYTES // len(part)):
        merger.feed(part)
    with pytest.raises(EventTooLong):
        merger.feed(part)


class Body(httpx2.AsyncByteStream):
    """Gives its parts one by one, then raises or waits for ever."""

    def __init__(self, *parts: bytes, error: Exception | None = None, hangs: bool = False) -> None:
        self.parts, self.error, self.hangs, self.closed = parts, error, hangs, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


class Inner(httpx2.AsyncBaseTransport):
    def __init__(self, body: Body, **headers: str) -> None:
        self.body = body
        self.headers = {"content-type": "text/event-stream"} | headers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers=self.headers, stream=self.body)


def client(inner: Inner) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=MergingTransport(inner), base_url="http://model/v1/")


TWO = [encoded([chunk("a")], "\n"), encoded([chunk("b")], "\n")]


async def test_chat_streams_are_merged_and_closed() -> None:
    body = Body(*TWO)
    async with client(Inner(body)) as http:
        response = await http.post("chat/completions")
    assert response.content == encoded([chunk("ab")], "\n").replace(b": ", b":").replace(
        b", ", b","
    ).replace(b"data:", b"data: ")
    assert body.closed


@pytest.mark.parametrize(
    ("path", "headers"),
    [("messages", {}), ("chat/completions", {"content-type": "application/json"})],
)
async def test_other_responses_pass_untouched(path: str, headers: dict[str, str]) -> None:
    async with client(Inner(Body(*TWO), **headers)) as http:
        assert (await http.post(path)).content == b"".join(TWO)


async def test_an_error_comes_after_what_came_before_it() -> None:
    body, got = Body(TWO[0], b"data: unfin", error=httpx2.ReadError("gone")), []

    async def read(response: httpx2.Response) -> None:
        async for part in response.aiter_raw():
            got.append(part)

    async with client(Inner(body)) as http, http.stream("POST", "chat/completions") as response:
        with pytest.raises(httpx2.ReadError):
            await read(response)
    assert b"".join(got) == TWO[0] + b"data: unfin"
    assert body.closed


async def test_leaving_in_the_middle_leaves_nothing_behind() -> None:
    body = Body(TWO[0], hangs=True)
    async with client(Inner(body)) as http, http.stream("POST", "chat/completions") as response:
        assert await anext(response.aiter_raw()) == TWO[0]
    assert body.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_slow_consumer_is_waited_for() -> None:
    big = encoded([chunk("x" * 100_000)], "\n")
    async with (
        client(Inner(Body(*[big] * 30))) as http,
        http.stream("POST", "chat/completions") as response,
    ):
        parts = [len(part) async for part in response.aiter_raw()]
    assert max(parts) < 12 * len(big)
    assert sum(parts) > 30 * 100_000
