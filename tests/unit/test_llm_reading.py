"""Reading a completion's bytes: nothing is lost, added or put in another order, however cut."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orchestrator.llm.endpoint import Connections, Endpoint
from orchestrator.llm.event_stream import DONE, MAX_EVENT_BYTES, EventStream
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.reader import CompletionReader
from orchestrator.llm.reply import Reply
from orchestrator.llm.thoughts import ThoughtFilter, without_thoughts
from orchestrator.scripted_model import Script, ScriptedModel


def chunk(delta: dict[str, Any], **more: Any) -> str:
    return json.dumps({"id": "c", "choices": [{"index": 0, "delta": delta}]} | more)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
events = st.lists(st.dictionaries(st.text(max_size=3), values, min_size=1), max_size=6)


@given(
    told=events,
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    indent=st.sampled_from([None, 1]),
    bom=st.booleans(),
    ended=st.booleans(),
    places=st.lists(st.integers(0, 9999)),
)
def test_every_value_is_read_however_the_bytes_come(
    told: list[Any], line_end: str, indent: int | None, bom: bool, ended: bool, places: list[int]
) -> None:
    stream = "\ufeff" if bom else ""
    for event in [json.dumps(event, indent=indent) for event in told] + ["[DONE]"]:
        lines = [f"data: {line}" for line in event.split("\n")]
        stream += line_end.join([": hello", "id: 7", *lines, "", ""])
    data = stream.encode() if ended else stream.encode().rstrip()
    reading = EventStream()
    cuts = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    read = [value for a, b in pairwise(cuts) for value in reading.feed(data[a:b])]
    assert read + reading.rest() == [*told, DONE]


@pytest.mark.parametrize("line", [b"x" * 100, b"data: xxxxxxxxx\n", b"data: xxxxxxxxx\r"])
def test_an_event_without_end_is_refused(line: bytes) -> None:
    with pytest.raises(ModelFailure) as raised:
        feed_each(EventStream(), [line * 1000] * (2 * MAX_EVENT_BYTES // len(line) // 1000))
    assert raised.value.code == "model_garbage"


def feed_each(reading: EventStream, parts: list[bytes]) -> None:
    for part in parts:
        reading.feed(part)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}', "Hello"),
        ('{\n "choices": [\n {"message": {"content": "Hello"}}]}', "Hello"),
        (chunk({"content": "Hel"}) + "\n" + chunk({"content": "lo"}), "Hello"),
        (f"[{chunk({'content': 'Hel'})}, {chunk({'content': 'lo'})}]", "Hello"),
    ],
)
def test_what_is_no_stream_is_read_too(body: str, text: str) -> None:
    reading, reply = EventStream(), Reply()
    assert reading.feed(body.encode()) == []
    assert reply.take(reading.rest()) == text


def test_text_before_an_error_is_kept() -> None:
    reply = Reply()
    assert reply.take([json.loads(chunk({"content": "Hello"})), {"error": "no"}]) == "Hello"
    assert reply.failure is not None


def test_calls_of_tools_come_as_they_were_sent() -> None:
    first = {"index": 0, "id": "t1", "function": {"name": "look", "arguments": '{"a": "é'}}
    reply = Reply()
    chunks = [{"tool_calls": [first]}, {"content": "both", "tool_calls": [{"index": 0}]}]
    assert reply.take([json.loads(chunk(each)) for each in chunks]) == "both"
    assert reply.calls == [first, {"index": 0}]


def test_calls_without_an_index_are_told_apart_by_their_id() -> None:
    reply = Reply()
    calls = [{"id": "a"}, {"function": {"arguments": "1"}}, {"id": "b"}]
    reply.take([json.loads(chunk({"tool_calls": [call]})) for call in calls])
    assert [call["index"] for call in reply.calls] == [0, 0, 1]


texts = st.lists(
    st.sampled_from(["<think>", "</think>", "<thi", "nk>", "a", " ", "\n", "`", "```", "<"])
)


@given(texts, st.lists(st.integers(0, 999)))
def test_thoughts_are_the_same_however_the_text_comes(parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    cuts = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    thoughts, at_once = ThoughtFilter(), ThoughtFilter()
    said = "".join([thoughts.feed(text[a:b]) for a, b in pairwise(cuts)])
    assert said + thoughts.finish(cut=False) == at_once.feed(text) + at_once.finish(cut=False)


def test_thoughts_that_were_kept_are_left_out_later() -> None:
    assert without_thoughts("<think>Hm</think>\n\nHello") == "Hello"
    assert without_thoughts(" Hello\n") == " Hello\n"


async def test_the_window_is_asked_while_text_flows() -> None:
    asked = 0

    def window() -> float:
        nonlocal asked
        asked += 1
        return 0.001

    connections = Connections(window)
    async with ScriptedModel(Script(tokens=20, rate=500)) as model:
        url = f"{model.base_url}/chat/completions"
        endpoint = Endpoint(url, "", "m", "max_tokens")
        request = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        reader = CompletionReader(connections, endpoint, request)
        await reader.open()
        reads = 0
        async with asyncio.timeout(20):
            while not reader.ended:
                reads += bool(await reader.read())
                await reader.rest()
        reader.check()
        reader.close()
        await connections.aclose()
    assert 0 < asked <= reads <= 20
