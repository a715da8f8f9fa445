"""Six gateways and six workers attached to one PostgreSQL as `konstruct up` starts it.

A hundred people ask again as soon as they are answered: with room for all pools, and then with
room for a third of what they would open, where a connection has to be waited for. Nobody may be
left without an answer, and no task may fail.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
from konstruct.devstack.waiting import wait_until
from psycopg import sql
from shared.config import read_settings
from shared.db.connection_room import wanted

from benchmarks.failure import BenchmarkFailed
from benchmarks.servers import DATABASE, Person, Servers
from benchmarks.talker import Talker
from tests.support.processes import Gateway, Process, Worker

EACH = 6
TALK_S = 8.0
ANSWERED_WITHIN_S = 30.0
SQUEEZED = 3
"""To a third of what the pools would open."""
BAD = ("error", "critical")

Figures = dict[str, Any]


async def measure_attached(servers: Servers, people: list[Person]) -> Figures:
    """With room, and without: answers a second, who was left without one, what failed."""
    pool = read_settings().database.pool_size
    with psycopg.connect(servers.postgres.superuser_conninfo(DATABASE), autocommit=True) as owner:
        roomy = await _talk_through_all(servers, people, owner, "roomy")
        _let_in(owner, wanted(2 * EACH, pool) // SQUEEZED)
        try:
            squeezed = await _talk_through_all(servers, people, owner, "squeezed")
        finally:
            _let_in(owner, -1)
    return {"with room": roomy, "squeezed": squeezed}


def _let_in(owner: psycopg.Connection, connections: int) -> None:
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    owner.execute(limit.format(sql.Identifier(DATABASE), sql.Literal(connections)))


async def _talk_through_all(
    servers: Servers, people: list[Person], owner: psycopg.Connection, name: str
) -> Figures:
    directory, settings = servers.directory / name, servers.environment
    gateways = [Gateway(f"gateway {number}", directory, settings) for number in range(EACH)]
    workers = [Worker(f"worker {number}", directory, settings) for number in range(EACH)]
    with _running(*gateways, *workers) as processes:
        refusals, began = _refusals(servers), time.monotonic()
        told = await asyncio.gather(
            *(
                _one(gateways[number % EACH], person, began + TALK_S)
                for number, person in enumerate(people)
            )
        )
        answers, took = sum(count for count, _ in told), time.monotonic() - began
        connections = owner.execute(
            "SELECT numbackends FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    failed = [line for process in processes for line in _errors(process)]
    return {
        "answers_per_s": answers / took,
        "unanswered": [why for _, why in told if why],
        "failed": failed,
        "connections": connections[0] if connections else 0,
        "refused": _refusals(servers) - refusals,
    }


@contextmanager
def _running(*processes: Process) -> Iterator[tuple[Process, ...]]:
    try:
        for process in processes:
            process.launch()
        for process in processes:
            wait_until(process.is_ready, what=process.name, timeout_s=process.ready_within_s)
        yield processes
    finally:
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.finish(process.polite.seconds)


async def _one(gateway: Gateway, person: Person, until: float) -> tuple[int, str | None]:
    """How many answers, and why there was none to the last question."""
    count = 0
    url = f"ws://127.0.0.1:{gateway.port}/chat/ws/{person.conversation_id}"
    try:
        talker = await Talker.open("many", url, person.auth_frame())
        while time.monotonic() < until:
            await talker.ask(within_s=ANSWERED_WITHIN_S)
            count += 1
        await talker.close()
    except (BenchmarkFailed, OSError) as error:
        return count, str(error)
    return count, None


def _errors(process: Process) -> list[str]:
    """What it logged as an error: each failed task is one."""
    lines = process.log_text().splitlines()
    return [
        line for line in lines if line.startswith("{") and _level(line) in ("error", "critical")
    ]


def _level(line: str) -> str:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "error" if line.startswith("Traceback") else ""
    return str(said.get("level")) if isinstance(said, dict) else ""


def _refusals(servers: Servers) -> int:
    """How often PostgreSQL had no room."""
    return servers.postgres.log.read_text(errors="replace").count("too many c")
