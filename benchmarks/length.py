"""What a message costs in a conversation of ten messages, and of a hundred thousand."""

import asyncio
from typing import Any

import psycopg

from benchmarks.cpu import cpu_between, cpu_taken
from benchmarks.figures import median
from benchmarks.servers import DATABASE, Person, Servers
from benchmarks.ways import Way

LENGTHS = (10, 1_000, 100_000)
ROUNDS, EACH = 4, 12

_FILL = """
INSERT INTO web_conversation_messages (tenant_id, conversation_id, role, content, seq)
SELECT tenant_id, id, CASE WHEN number %% 2 = 1 THEN 'user' ELSE 'assistant' END,
       'Where is my order? I have been waiting for it since last week.', last_seq + number
  FROM web_conversations, generate_series(1, %(messages)s) AS number
 WHERE id = %(conversation)s
"""
_COUNT = (
    "UPDATE web_conversations SET last_seq = last_seq + %(messages)s WHERE id = %(conversation)s"
)


async def measure_length(way: Way, servers: Servers, people: list[Person]) -> dict[str, Any]:
    """By length: the median in milliseconds, and CPU of gateway, worker and PostgreSQL."""
    with psycopg.connect(servers.postgres.superuser_conninfo(DATABASE), autocommit=True) as owner:
        for length, person in zip(LENGTHS, people, strict=False):
            where = {"messages": length, "conversation": person.conversation_id}
            owner.execute(_FILL, where)
            owner.execute(_COUNT, where)
        owner.execute("ANALYZE web_conversation_messages")
    pids = {
        "gateway": way.gateway.pid,
        "worker": way.worker.pid,
        "PostgreSQL": servers.postgres.pid,
    }
    waits: dict[int, list[float]] = {length: [] for length in LENGTHS}
    spent: dict[int, list[float]] = {length: [] for length in LENGTHS}
    talkers = [await way.connect(person) for person in people[: len(LENGTHS)]]
    for _ in range(ROUNDS):
        for length, talker in zip(LENGTHS, talkers, strict=True):
            await talker.ask()
            before = cpu_taken(pids)
            for _ in range(EACH):
                waits[length].append((await talker.ask()).ms)
            await asyncio.sleep(0.1)
            spent[length].append(sum(cpu_between(before, cpu_taken(pids)).values()) / EACH * 1000)
    for talker in talkers:
        await talker.close()
    return {
        str(length): {"median_ms": median(waits[length]), "cpu_ms": median(spent[length])}
        for length in LENGTHS
    }
