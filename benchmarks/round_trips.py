"""What one message asks of PostgreSQL and Valkey: statements, round trips, commands, and rows of a
journal, which a plain answer does not keep.

Counted on gateways and workers of their own, which reach PostgreSQL through relays. The median of
several messages leaves out what a process says by itself now and then (leases, sweeps, probes).
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

import psycopg
import redis.asyncio as aioredis

from benchmarks.figures import median
from benchmarks.relay import Relay, Said
from benchmarks.servers import Person, Servers
from benchmarks.ways import WAYS, Way, running_ways

WARM_UP = 15
MESSAGES = 21
AFTER_S = 0.06
"""What is done once the answer is out counts as well."""
VALKEY_DB = 1
PARTS = ("gateway", "worker")

Counts = dict[str, float]


@dataclass(frozen=True)
class Counting:
    """Both ways, each part behind a relay of its own, by `(way, part)`."""

    ways: Mapping[str, Way]
    relays: Mapping[tuple[str, str], Relay]


@contextmanager
def counted_ways(servers: Servers) -> Iterator[Counting]:
    with ExitStack() as opened:
        relays = {
            (kind.name, part): opened.enter_context(
                Relay(servers.postgres.host, servers.postgres.port)
            )
            for kind in WAYS
            for part in PARTS
        }
        ports = {part: {kind.name: relays[kind.name, part].port for kind in WAYS} for part in PARTS}
        ways = opened.enter_context(
            running_ways(
                servers,
                servers.directory / "counted",
                gateway_ports=ports["gateway"],
                worker_ports=ports["worker"],
                valkey_db=VALKEY_DB,
            )
        )
        yield Counting(ways, relays)


async def count_round_trips(
    counting: Counting, person: Person, valkey_url: str, database: str
) -> dict[str, Counts]:
    """Per message, by way: `gateway statements`, `worker round trips`, `Valkey commands`, …
    `database` is where a superuser connects."""
    async with aioredis.Redis.from_url(valkey_url) as valkey:
        counts = {}
        for name, way in counting.ways.items():
            before = await _rows_of_journals(database)
            counts[name] = await _count(counting, name, way, person, valkey)
            kept = await _rows_of_journals(database) - before
            counts[name]["rows of a journal"] = kept / (WARM_UP + MESSAGES)
        return counts


async def _count(
    counting: Counting, name: str, way: Way, person: Person, valkey: aioredis.Redis
) -> Counts:
    talker = await way.connect(person)
    for _ in range(WARM_UP):
        await talker.ask()
    each: list[Counts] = []
    for _ in range(MESSAGES):
        await asyncio.sleep(AFTER_S)
        before = {part: counting.relays[name, part].said for part in PARTS}
        commands = await _commands(valkey)
        await talker.ask()
        await asyncio.sleep(AFTER_S)
        said: dict[str, Said] = {
            part: counting.relays[name, part].said - before[part] for part in PARTS
        }
        counts: Counts = {
            f"{part} {what}": value for part in PARTS for what, value in asdict(said[part]).items()
        }
        # One of the commands is the question itself.
        counts["Valkey commands"] = await _commands(valkey) - commands - 1
        each.append(counts)
    await talker.close()
    return {what: median([counts[what] for counts in each]) for what in each[0]}


async def _rows_of_journals(database: str) -> int:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        found = await connection.execute(
            "SELECT (SELECT count(*) FROM run_steps) + (SELECT count(*) FROM tool_calls)"
        )
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def _commands(valkey: aioredis.Redis) -> int:
    return int((await valkey.info("stats"))["total_commands_processed"])
