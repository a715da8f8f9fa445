"""Many people at once, each asking again as soon as answered, in rounds that take turns.

The CPU time of a round divided by its answers is what one message costs each process.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.cpu import Seconds, cpu_between, cpu_taken
from benchmarks.servers import Person, Servers
from benchmarks.talker import Talker
from benchmarks.ways import Way

WARM_UP_S = 1.5
SETTLE_S = 0.3
CLIENT = "this client"


@dataclass
class Crowd:
    """What the rounds of one way came to."""

    rates: list[float] = field(default_factory=list)
    """Answers a second, of each round."""
    waits_ms: list[float] = field(default_factory=list)
    answers: int = 0
    cpu: Seconds = field(default_factory=dict)

    def cpu_ms_per_answer(self) -> dict[str, float]:
        return {name: seconds * 1000 / self.answers for name, seconds in self.cpu.items()}


async def measure_crowd(
    ways: Mapping[str, Way],
    servers: Servers,
    people: list[Person],
    *,
    rounds: int,
    round_s: float,
) -> dict[str, Crowd]:
    crowds = {name: Crowd() for name in ways}
    talkers = {name: await way.connect_all(people) for name, way in ways.items()}
    for each in talkers.values():
        await _talk(each, WARM_UP_S)
    for _ in range(rounds):
        for name, way in ways.items():
            await asyncio.sleep(SETTLE_S)
            await _round(crowds[name], way, servers, talkers[name], round_s)
    for each in talkers.values():
        await asyncio.gather(*(talker.close() for talker in each))
    return crowds


async def _round(
    crowd: Crowd, way: Way, servers: Servers, talkers: list[Talker], round_s: float
) -> None:
    pids = {
        "gateway": way.gateway.pid,
        "worker": way.worker.pid if way.worker else None,
        "PostgreSQL": servers.postgres.pid,
        "Valkey": servers.valkey.pid,
        "scripted model": servers.model.pid,
    }
    before, own, began = cpu_taken(pids), time.process_time(), time.monotonic()
    waits_ms = await _talk(talkers, round_s)
    crowd.rates.append(len(waits_ms) / (time.monotonic() - began))
    await asyncio.sleep(SETTLE_S)  # what is done after the last answers is part of their cost
    cpu = cpu_between(before, cpu_taken(pids)) | {CLIENT: time.process_time() - own}
    for name, seconds in cpu.items():
        crowd.cpu[name] = crowd.cpu.get(name, 0) + seconds
    crowd.waits_ms += waits_ms
    crowd.answers += len(waits_ms)


async def _talk(talkers: list[Talker], seconds: float) -> list[float]:
    """How long each answer took, in milliseconds; everybody's last one is waited for."""
    until = time.monotonic() + seconds

    async def one(talker: Talker) -> list[float]:
        waits: list[float] = []
        while time.monotonic() < until:
            waits.append((await talker.ask()).ms)
        return waits

    return [wait for waits in await asyncio.gather(*map(one, talkers)) for wait in waits]
