"""One tenant's flood is answered in its turn, and another tenant hardly notices."""

import asyncio
import time
from collections import Counter

import psycopg

from tests.support.breakable_stack import BreakableStack
from tests.support.crowd import crowd
from tests.support.invariants import require_settled
from tests.support.people import World

FLOODERS, MESSAGES_EACH = 40, 5
RUNS_AT_ONCE = 16
OVERSHOOT = 16  # claims made in the same moment
PLACES = 12  # of each of two workers
QUESTION = "[[model: delay=0.2]] please"
WITHIN_S = 100.0
WORKERS = {
    "KONSTRUCT_WORKER_CONCURRENCY": str(PLACES),
    "KONSTRUCT_TENANT_RUNS_AT_ONCE": str(RUNS_AT_ONCE),
}


async def test_a_flood_of_one_tenant_waits_its_turn_and_another_tenant_is_answered_at_once(
    breakable_stack: BreakableStack,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    stack = breakable_stack.stack
    for worker in stack.workers:
        await asyncio.to_thread(worker.terminate, 10)
    stack.add_workers(2, **WORKERS)
    async with (
        crowd(acme, FLOODERS, stack.gateways) as flooders,
        crowd(globex, 1, stack.gateways) as (tab,),
    ):
        idle = [await timed(tab.ask(QUESTION, WITHIN_S)) for _ in range(5)]
        names = [
            [await flooder.send(QUESTION) for _ in range(MESSAGES_EACH)] for flooder in flooders
        ]
        during, overtaken, most = [], [], 0
        for _ in range(5):
            before = answered(superuser, acme)
            during.append(await timed(tab.ask(QUESTION, WITHIN_S)))
            overtaken.append(answered(superuser, acme) - before)
            most = max(most, running(superuser, acme))
        assert answered(superuser, acme) < FLOODERS * MESSAGES_EACH, "the flood went on meanwhile"
        for flooder, asked in zip(flooders, names, strict=True):
            for name in asked:
                assert (await flooder.answered(name, WITHIN_S)).status == "complete"
            flooder.require_faultless()
    assert require_settled(stack.database, acme.id) == FLOODERS * MESSAGES_EACH
    assert require_settled(stack.database, globex.id) == 10
    assert most <= RUNS_AT_ONCE + OVERSHOOT
    # In line behind the flood it would have been nearly all of them.
    assert sorted(overtaken)[2] < FLOODERS * MESSAGES_EACH / 3
    figures["fairness: seconds to an answer, idle"] = round(sorted(idle)[2], 2)
    figures["fairness: seconds to an answer, beside a flood of another tenant"] = round(
        sorted(during)[2], 2
    )
    figures["fairness: of the flood also nudged by the sweep"] = count(
        superuser, acme, "nudges > 0"
    )
    figures["fairness: answers to the flood meanwhile"] = sorted(overtaken)[2]
    figures[f"fairness: most runs at once, of {RUNS_AT_ONCE} allowed"] = most


async def timed(asking: object) -> float:
    began = time.monotonic()
    await asking  # type: ignore[misc]
    return time.monotonic() - began


def answered(superuser: psycopg.Connection, world: World) -> int:
    return count(superuser, world, "state = 'done'")


def running(superuser: psycopg.Connection, world: World) -> int:
    return count(superuser, world, "state = 'running'")


def count(superuser: psycopg.Connection, world: World, where: str) -> int:
    query = f"SELECT count(*) FROM agent_runs WHERE tenant_id = %s AND {where}"
    (number,) = superuser.execute(query, (world.id,)).fetchone() or (0,)
    return int(number)
