"""What one streamed token costs: `python -m benchmarks.token_path [--json]`.

A scripted model in another process streams to many readers at once at the pace of a real one. Each
way of reading is measured in turns, in CPU time of this process per token, and told as a ratio to
the bare loop: httpx2 and orjson, each event parsed and dropped. Ratios of one run compare; the
microseconds depend on the machine.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import orjson
from openai import AsyncOpenAI
from orchestrator.llm import AgentDeps, ModelRegistry, Prompt, open_answer
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

Reader = Callable[[], Awaitable[None]]
MANY = httpx2.Limits(max_connections=1_000, max_keepalive_connections=1_000)
REQUEST: dict[str, Any] = {
    "model": "scripted",
    "stream": True,
    "messages": [{"role": "user", "content": "Where is my order?"}],
}


@contextmanager
def scripted_model(tokens: int, rate: float) -> Iterator[str]:
    """Its base URL; every answer has so many tokens, at so many a second."""
    command = [sys.executable, "-m", "orchestrator.scripted_model"]
    options = ["--tokens", str(tokens), "--rate", str(rate)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def bare(pool: httpx2.AsyncClient, base_url: str, text: str | None = None) -> Reader:
    asked = REQUEST | {"messages": [{"role": "user", "content": text}]} if text else REQUEST

    async def read() -> None:
        url = f"{base_url}/chat/completions"
        async with pool.stream("POST", url, json=asked) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    orjson.loads(line[6:])

    return read


def sdk(pool: httpx2.AsyncClient, base_url: str) -> Reader:
    client = AsyncOpenAI(base_url=base_url, api_key="none", http_client=pool)

    async def read() -> None:
        async for _ in await client.chat.completions.create(**REQUEST):
            pass

    return read


def unmerged(pool: httpx2.AsyncClient, base_url: str) -> Reader:
    provider = OpenAICompatibleProvider("scripted", base_url=base_url, http_client=pool)
    agent = Agent(OpenAIChatModel("scripted", provider=provider))

    async def read() -> None:
        async with agent.run_stream_events("Where is my order?") as events:
            async for _ in events:
                pass

    return read


def ours(registry: ModelRegistry) -> Reader:
    deps = AgentDeps(uuid4(), uuid4(), "benchmark")

    async def read() -> None:
        prompt = Prompt("Help.", [], "Where is my order?")
        async with open_answer(registry.resolve(), prompt, deps) as answer:
            async for _ in answer:
                pass

    return read


async def cpu_per_token_us(read: Reader, streams: int, tokens: int) -> float:
    started = time.process_time()
    await asyncio.gather(*(read() for _ in range(streams)))
    return (time.process_time() - started) / (streams * tokens) * 1e6


async def measure(base_url: str, streams: int, tokens: int, rounds: int) -> dict[str, float]:
    """The median of each way of reading, in microseconds."""
    registry = ModelRegistry(model="scripted", base_url=base_url)
    async with httpx2.AsyncClient(limits=MANY, timeout=60) as pool:
        readers: dict[str, Reader] = {
            "bare httpx2 and orjson": bare(pool, base_url),
            "openai SDK": sdk(pool, base_url),
            "pydantic-ai, unmerged": unmerged(pool, base_url),
            "Konstruct, merged": ours(registry),
        }
        taken: dict[str, list[float]] = {name: [] for name in readers}
        for read in readers.values():
            await read()  # imports, caches and the first connection are not the token's cost
        for _ in range(rounds):
            for name, read in readers.items():
                taken[name].append(await cpu_per_token_us(read, streams, tokens))
    await registry.aclose()
    return {name: statistics.median(values) for name, values in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50.0, help="tokens a second of each stream")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scripted_model(options.tokens, options.rate) as base_url:
        medians = asyncio.run(measure(base_url, options.streams, options.tokens, options.rounds))
    floor = next(iter(medians.values()))
    if options.json:
        print(json.dumps({n: {"us_per_token": v, "ratio": v / floor} for n, v in medians.items()}))
        return
    for name, cost in medians.items():
        print(f"{name:<24}{cost:8.1f} µs a token   {cost / floor:5.2f} x")


if __name__ == "__main__":
    main()
