"""Spaced reads: put off while the stream rests, never while more is known to wait."""

import asyncio

import httpcore2
import httpx2
import pytest
from orchestrator.llm.merging import MergingTransport
from orchestrator.llm.pacing import PacedStream, PacedTransport
from orchestrator.llm.scripted import Script, ScriptedModel

LONG = 3600.0


class Line(httpcore2.AsyncNetworkStream):
    def __init__(self) -> None:
        self.reads = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        self.reads += 1
        return b"x" * 10


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_resting_stream_is_not_read() -> None:
    line = Line()
    stream = PacedStream(line)
    assert await stream.read(100) == b"x" * 10
    stream.rest(LONG)
    reading = asyncio.create_task(stream.read(100))
    await settle()
    assert line.reads == 1
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    stream.rest(0)
    assert await stream.read(100) == b"x" * 10


async def test_a_full_read_means_more_waits() -> None:
    stream = PacedStream(Line())
    await stream.read(10)
    stream.rest(LONG)
    assert await stream.read(10) == b"x" * 10


async def test_connections_of_the_transport_can_be_paced() -> None:
    """Fails when httpx2 or httpcore2 change what pacing is built on."""
    async with (
        ScriptedModel() as model,
        httpx2.AsyncClient(transport=PacedTransport(httpx2.Limits())) as http,
    ):
        response = await http.get(f"{model.base_url}/models")
    assert isinstance(response.extensions["network_stream"], PacedStream)


async def test_the_window_is_asked_while_text_flows() -> None:
    asked = 0

    def window() -> float:
        nonlocal asked
        asked += 1
        return 0.001

    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    async with (
        ScriptedModel(Script(tokens=20, rate=500)) as model,
        httpx2.AsyncClient(
            transport=MergingTransport(PacedTransport(httpx2.Limits()), window)
        ) as http,
    ):
        text = (await http.post(f"{model.base_url}/chat/completions", json=body)).text
    assert text.endswith("data: [DONE]\n\n")
    assert 0 < asked <= 20
