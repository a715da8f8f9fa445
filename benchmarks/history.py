"""What PostgreSQL does for an answer, and for idle workers, beside a million finished runs.

Beside a fresh table: with the finished runs analyzed while nothing is unfinished, and analyzed
while people talk. Each time the bare hops take turns, on tables of their own that stay small: what
the machine does meanwhile falls on both, so what compares is the ratio to them.

Workers are idle after people talked, and autovacuum rests meanwhile: tidying up after so many
answers takes a tenth of a second once, which would be taken for what idle workers cost.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from konstruct.devstack.waiting import wait_until

from benchmarks.cpu import cpu_between, cpu_taken
from benchmarks.crowd import measure_crowd
from benchmarks.servers import DATABASE, Person, Servers
from benchmarks.ways import Way

ROUNDS, ROUND_S = 4, 4.0
IDLE_S = 12.0
SETTLE_S = 3.0
VACUUMED_WITHIN_S = 60.0
POSTGRESQL = "PostgreSQL"

# As they come to be: each thread's one after the other, so neighbours in the table are none in it.
_FILL = """
INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, state, attempt,
                        worker_id, next_nudge_at, started_at, finished_at, input_tokens,
                        output_tokens, created_at)
SELECT said.tenant_id, said.agent_id, 'web', said.id::text, gen_random_uuid()::text, 'done', 1,
       gen_random_uuid(), at, at, at, 400, 100, at
  FROM (SELECT *, row_number() OVER () AS place, count(*) OVER () AS all_of_them
          FROM web_conversations) AS said
  JOIN generate_series(1, %(runs)s) AS number ON said.place = 1 + mod(number, said.all_of_them)
 CROSS JOIN LATERAL (SELECT now() - interval '1 day' - number * interval '1 second' AS at) AS times
"""
_AT_WORK = "SELECT FROM pg_stat_activity WHERE backend_type LIKE 'autovacuum%'"

Figures = dict[str, Any]


def measure_history(
    ways: Mapping[str, Way], servers: Servers, people: list[Person], runs: int
) -> Figures:
    """By when: CPU of PostgreSQL for an answer of each way in ms, and beside idle workers."""
    with psycopg.connect(servers.postgres.superuser_conninfo(DATABASE), autocommit=True) as owner:

        def look(while_talking: Callable[[], None] | None = None) -> Figures:
            costs = asyncio.run(_talk(ways, servers, people, while_talking))
            return costs | {"idle_cpu_ms_per_s": _idle_cpu_ms_per_s(owner, servers)}

        fresh = look()
        owner.execute("SET session_replication_role = replica")
        owner.execute(_FILL, {"runs": runs})
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
        at_rest = look()
        under_load = look(lambda: _analyze(servers))
    return {"runs": runs, "fresh": fresh, "at rest": at_rest, "under load": under_load}


def _analyze(servers: Servers) -> None:
    with psycopg.connect(servers.postgres.superuser_conninfo(DATABASE), autocommit=True) as owner:
        owner.execute("ANALYZE agent_runs")


async def _talk(
    ways: Mapping[str, Way],
    servers: Servers,
    people: list[Person],
    while_talking: Callable[[], None] | None,
) -> Figures:
    talking = measure_crowd(ways, servers, people, rounds=ROUNDS, round_s=ROUND_S)
    if while_talking is not None:
        task = asyncio.create_task(talking)
        await asyncio.sleep(1.0)  # within what warms up, before the first measured round
        await asyncio.to_thread(while_talking)
        crowds = await task
    else:
        crowds = await talking
    costs = {name: crowd.cpu_ms_per_answer()[POSTGRESQL] for name, crowd in crowds.items()}
    return {
        "cpu_ms_per_answer": costs,
        "of_the_floor": costs["konstruct"] / costs["floor"],
    }


def _idle_cpu_ms_per_s(owner: psycopg.Connection, servers: Servers) -> float:
    with _without_autovacuum(owner):
        time.sleep(SETTLE_S)
        before = cpu_taken({POSTGRESQL: servers.postgres.pid})
        time.sleep(IDLE_S)
        took = cpu_between(before, cpu_taken({POSTGRESQL: servers.postgres.pid}))
    return took[POSTGRESQL] * 1000 / IDLE_S


@contextmanager
def _without_autovacuum(owner: psycopg.Connection) -> Iterator[None]:
    """What it is at comes to its end before."""
    owner.execute("ALTER SYSTEM SET autovacuum = off")
    owner.execute("SELECT pg_reload_conf()")
    wait_until(
        lambda: owner.execute(_AT_WORK).fetchone() is None,
        what="the end of autovacuum",
        timeout_s=VACUUMED_WITHIN_S,
    )
    try:
        yield
    finally:
        owner.execute("ALTER SYSTEM RESET autovacuum")
        owner.execute("SELECT pg_reload_conf()")
