"""What sockets cost that say nothing: the gateway's memory, and its connections to Valkey."""

import asyncio
from typing import Any

import psutil
import redis.asyncio as aioredis

from benchmarks.servers import Person, Servers
from benchmarks.talker import Talker
from benchmarks.ways import Way

FIRST, AT_ONCE = 1_000, 50
SETTLE_S = 3.0


async def measure_idle(way: Way, servers: Servers, people: list[Person]) -> dict[str, Any]:
    """Memory of each socket beyond the first thousand; Valkey's clients with one and with all."""
    talkers: list[Talker] = []
    gateway = psutil.Process(way.gateway.pid)

    async def open_up_to(count: int) -> None:
        while len(talkers) < count:
            coming = people[len(talkers) : min(len(talkers) + AT_ONCE, count)]
            talkers.extend(await asyncio.gather(*(way.connect(person) for person in coming)))
        await asyncio.sleep(SETTLE_S)

    async with aioredis.Redis.from_url(servers.valkey.url) as valkey:

        async def clients() -> int:
            return int((await valkey.info("clients"))["connected_clients"])

        await open_up_to(1)
        clients_at_one = await clients()
        await open_up_to(min(FIRST, len(people) // 2))
        first, first_bytes = len(talkers), gateway.memory_info().rss
        await open_up_to(len(people))
        all_bytes, clients_at_all = gateway.memory_info().rss, await clients()
    for begin in range(0, len(talkers), 500):
        await asyncio.gather(*(talker.close() for talker in talkers[begin : begin + 500]))
    return {
        "sockets": len(people),
        "kib_per_socket": (all_bytes - first_bytes) / (len(people) - first) / 1024,
        "gateway_mib": all_bytes / 1024**2,
        "valkey_clients_with_1": clients_at_one,
        "valkey_clients_with_all": clients_at_all,
    }
