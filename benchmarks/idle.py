"""What sockets cost that say nothing: to open, in memory, by the second, and in connections."""

import asyncio
import time
from typing import Any

import psutil
import redis.asyncio as aioredis

from benchmarks.cpu import cpu_between, cpu_taken
from benchmarks.servers import Person, Servers
from benchmarks.talker import Talker
from benchmarks.ways import Way

FIRST, AT_ONCE = 1_000, 50
SETTLE_S = 3.0
QUIET_S = 20.0
"""As long as it takes the gateway to have pinged each once."""


async def measure_idle(way: Way, servers: Servers, people: list[Person]) -> dict[str, Any]:
    """What each socket beyond the first thousand costs; Valkey's clients with one and with all."""
    talkers: list[Talker] = []
    gateway = psutil.Process(way.gateway.pid)
    pids = {
        "gateway": way.gateway.pid,
        "PostgreSQL": servers.postgres.pid,
        "Valkey": servers.valkey.pid,
    }

    async def open_up_to(count: int) -> None:
        while len(talkers) < count:
            coming = people[len(talkers) : min(len(talkers) + AT_ONCE, count)]
            talkers.extend(await asyncio.gather(*(way.connect(person) for person in coming)))

    async with aioredis.Redis.from_url(servers.valkey.url) as valkey:

        async def clients() -> int:
            return int((await valkey.info("clients"))["connected_clients"])

        async def valkey_bytes() -> int:
            return int((await valkey.info("memory"))["used_memory"])

        await open_up_to(1)
        await asyncio.sleep(SETTLE_S)
        clients_at_one = await clients()
        await open_up_to(min(FIRST, len(people) // 2))
        await asyncio.sleep(SETTLE_S)
        first, first_bytes = len(talkers), gateway.memory_info().rss
        valkey_first, before = await valkey_bytes(), cpu_taken(pids)
        await open_up_to(len(people))
        opening = cpu_between(before, cpu_taken(pids))
        await asyncio.sleep(SETTLE_S)
        all_bytes, clients_at_all = gateway.memory_info().rss, await clients()
        valkey_all = await valkey_bytes()
        before, began = cpu_taken(pids), time.monotonic()
        await asyncio.sleep(QUIET_S)
        quiet = cpu_between(before, cpu_taken(pids))["gateway"] / (time.monotonic() - began)
    for begin in range(0, len(talkers), 500):
        await asyncio.gather(*(talker.close() for talker in talkers[begin : begin + 500]))
    more = len(people) - first
    return {
        "sockets": len(people),
        "kib_per_socket": (all_bytes - first_bytes) / more / 1024,
        "gateway_mib": all_bytes / 1024**2,
        "valkey_kib_per_socket": (valkey_all - valkey_first) / more / 1024,
        "open_cpu_ms": {name: seconds / more * 1000 for name, seconds in opening.items()},
        "idle_cpu_us_per_s": quiet / len(people) * 1e6,
        "valkey_clients_with_1": clients_at_one,
        "valkey_clients_with_all": clients_at_all,
    }
