"""Many answers at once from one worker, each at a real model's pace, and what a token costs.

A token's cost is end to end: the CPU time of worker and gateway from the model's socket to the
person's, beside that of a bare loop which reads the same streams with httpx2 and drops them.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from benchmarks.cpu import cpu_between, cpu_taken
from benchmarks.figures import median, p95
from benchmarks.servers import Person, Servers
from benchmarks.talker import Answered
from benchmarks.token_path import MANY, bare
from benchmarks.ways import Way

TOKENS, RATE = 500, 50.0
OWN_TIME_S = TOKENS / RATE
SPREAD_S = 5.0
"""People do not all press the key in one moment."""
_WORDS = ("the order left our warehouse this morning " * TOKENS).split()[:TOKENS]
SAYS = f'[[model: text="{" ".join(_WORDS)}" pieces={TOKENS} rate={RATE:g}]] please'


@dataclass
class InFlight:
    people: int
    times_s: list[float]
    cpu_us_per_token: dict[str, float]
    bare_us_per_token: float
    frames: int
    bytes_per_frame: float
    """Of what a person's socket is sent, most of it pieces of text."""

    def figures(self) -> dict[str, Any]:
        tokens_per_frame = TOKENS * self.people / self.frames
        ours = self.cpu_us_per_token["gateway"] + self.cpu_us_per_token["worker"]
        return {
            "people": self.people,
            "own_time_s": OWN_TIME_S,
            "median_s": median(self.times_s),
            "p95_s": p95(self.times_s),
            "p95_ratio": p95(self.times_s) / OWN_TIME_S,
            "cpu_us_per_token": self.cpu_us_per_token,
            "bare_us_per_token": self.bare_us_per_token,
            "token_ratio": ours / self.bare_us_per_token,
            "frames_per_answer": self.frames / self.people,
            "bytes_per_frame": self.bytes_per_frame,
            "cpu_us_per_frame": {
                name: cost * tokens_per_frame for name, cost in self.cpu_us_per_token.items()
            },
        }


async def measure_in_flight(way: Way, servers: Servers, people: list[Person]) -> InFlight:
    talkers = await way.connect_all(people)
    pids = {
        "gateway": way.gateway.pid,
        "worker": way.worker.pid,
        "PostgreSQL": servers.postgres.pid,
        "Valkey": servers.valkey.pid,
    }

    async def one(number: int) -> Answered:
        await asyncio.sleep(SPREAD_S * number / len(talkers))
        return await talkers[number].ask(SAYS, within_s=OWN_TIME_S * 6)

    before = cpu_taken(pids)
    answers = await asyncio.gather(*map(one, range(len(talkers))))
    await asyncio.sleep(0.3)
    cpu = cpu_between(before, cpu_taken(pids))
    await asyncio.gather(*(talker.close() for talker in talkers))
    tokens, frames = TOKENS * len(people), sum(answer.frame_count for answer in answers)
    return InFlight(
        people=len(people),
        times_s=[answer.ms / 1000 for answer in answers],
        cpu_us_per_token={name: seconds / tokens * 1e6 for name, seconds in cpu.items()},
        bare_us_per_token=await _bare(servers, min(len(people), 100)),
        frames=frames,
        bytes_per_frame=sum(answer.size for answer in answers) / frames,
    )


async def _bare(servers: Servers, streams: int) -> float:
    url = servers.environment["KONSTRUCT_LLM_BASE_URL"]
    async with httpx2.AsyncClient(limits=MANY, timeout=60) as pool:
        read = bare(pool, url, SAYS)

        async def one(number: int) -> None:
            await asyncio.sleep(SPREAD_S * number / streams)
            await read()

        began = time.process_time()
        await asyncio.gather(*map(one, range(streams)))
        return (time.process_time() - began) / (streams * TOKENS) * 1e6
