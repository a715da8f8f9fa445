"""A message by each channel beside the web's: how long it takes, and what it costs each process.

All go at the same pace, which every platform allows, so that what compares is the way and not how
full it is. What gateway, worker and servers take while nobody writes is not part of a message. On
platforms a second and a half is waited for more that may belong to it, which the web does not do.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from konstruct.devstack.ports import LOOPBACK, free_port

from benchmarks.cpu import Seconds, cpu_between, cpu_taken
from benchmarks.figures import median, p95
from benchmarks.platforms import PLATFORMS, SETTINGS, Platform
from benchmarks.servers import ANSWER, Servers, konstruct
from benchmarks.talker import SAYS
from benchmarks.ways import KonstructWay, running_ways
from tests.support.processes import Gateway

PACE = 5.0
"""Messages a second. Slack lets an account send six."""
PEOPLE = 25
"""Nobody writes more often than each 5 s: WhatsApp lets one person be answered each 6 s."""
IDLE_S = 4.0
SETTLE_S = 0.5
WEB = "web"
OUTSIDE = "the platform, or the client"

Ask = Callable[[int], Awaitable[float]]


def measure_channels(servers: Servers, directory: Path, messages: int) -> dict[str, Any]:
    """Of each channel, `web` first: `median_ms`, `p95_ms`, and `cpu_ms` of a message by process."""
    ports = {channel: free_port() for channel in PLATFORMS}
    settings = {"KONSTRUCT_DEVELOPMENT_CHANNELS": "true"} | {
        name: where.format(at=f"http://{LOOPBACK}:{ports[channel]}")
        for channel, (name, where) in SETTINGS.items()
    }
    with running_ways(servers, directory, kinds=(KonstructWay,), settings=settings) as ways:
        return asyncio.run(_measure(ways[KonstructWay.name], servers, ports, settings, messages))


async def _measure(
    way: Any,
    servers: Servers,
    ports: Mapping[str, int],
    settings: dict[str, str],
    messages: int,
) -> dict[str, Any]:
    pids = {
        "gateway": way.gateway.pid,
        "worker": way.worker.pid,
        "PostgreSQL": servers.postgres.pid,
        "Valkey": servers.valkey.pid,
        "scripted model": servers.model.pid,
    }
    talkers = await way.connect_all(servers.people[:PEOPLE])

    async def by_web(person: int) -> float:
        return float((await talkers[person].ask()).ms)

    figures = {WEB: await _at_pace(by_web, pids, messages)}
    await asyncio.gather(*(talker.close() for talker in talkers))
    for channel, port in ports.items():
        async with AsyncExitStack() as open_:
            platform = PLATFORMS[channel](port, ANSWER[:20])
            await open_.enter_async_context(platform.served)
            await _connect(channel, platform, servers.environment | settings, way.gateway)

            async def by_platform(person: int, platform: Platform = platform) -> float:
                return await platform.ask(person, SAYS)

            figures[channel] = await _at_pace(by_platform, pids, messages)
    return figures


async def _connect(
    channel: str, platform: Platform, environment: dict[str, str], gateway: Gateway
) -> None:
    """As an operator does. The account's webhook leads to this gateway."""
    given = [part for pair in platform.given.items() for part in ("--set", "=".join(pair))]
    words = ("channel", "connect", channel, "--tenant", "demo", "--agent", "Ada", *given, "--json")
    connected = json.loads(await asyncio.to_thread(konstruct, environment, *words))
    platform.tell(f"{gateway.url}/channels/{channel}/{connected['id']}")


async def _at_pace(ask: Ask, pids: Mapping[str, int | None], messages: int) -> dict[str, Any]:
    await _asked(ask, PEOPLE)  # conversations, contacts and notices are made, caches filled
    await asyncio.sleep(SETTLE_S)
    idle, _ = await _taken(pids, asyncio.sleep(IDLE_S))
    began = time.monotonic()
    cpu, waits_ms = await _taken(pids, _asked(ask, messages))
    took_s = time.monotonic() - began
    beyond = {name: cpu[name] - idle[name] / IDLE_S * took_s for name in cpu}
    return {
        "median_ms": median(waits_ms),
        "p95_ms": p95(waits_ms),
        "cpu_ms": {name: max(0.0, seconds) * 1000 / messages for name, seconds in beyond.items()},
    }


async def _asked(ask: Ask, messages: int) -> list[float]:
    """Each by the next person, at the pace; how long each waited, in milliseconds."""

    async def one(number: int) -> float:
        await asyncio.sleep(number / PACE)
        return await ask(number % PEOPLE)

    waits = await asyncio.gather(*map(one, range(messages)))
    await asyncio.sleep(SETTLE_S)  # what is done after the last answer is part of its cost
    return waits


async def _taken(pids: Mapping[str, int | None], doing: Awaitable[Any]) -> tuple[Seconds, Any]:
    before, own = cpu_taken(pids), time.process_time()
    done = await doing
    return cpu_between(before, cpu_taken(pids)) | {OUTSIDE: time.process_time() - own}, done
