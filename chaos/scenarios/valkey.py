"""Valkey is refused, restarted empty, black-holed, alive but deaf, or robbed of its keys."""

import asyncio
import time
from collections.abc import Callable

from chaos.scenario import Act, scenario
from chaos.talkers import talkers
from tests.integration import test_durability_servers as tested
from tests.support.crowd import crowd
from tests.support.invariants import require_told
from tests.support.sizes import sized

PEOPLE_EACH = sized(4, full=10)
AWAY_S = sized(5.0, full=12.0)
RECOVERS_WITHIN_S = 10.0
WITHIN_S = 60.0
FLUSHED = sized(30, full=200)


@scenario(5, "catch-up, consume again by themselves")
async def valkey_restarted_empty(act: Act) -> None:
    """Emptied and restarted three times under answers."""
    await tested.test_a_valkey_emptied_and_restarted_under_answers_loses_none_and_no_socket(
        act.stage, act.acme, act.figures
    )


@scenario(5, "re-subscribe, catch-up, consume again by themselves")
async def valkey_refused(act: Act) -> None:
    """Connections to it are refused for a while."""
    await _away(act, lambda: [line.refuse() for line in act.stage.to_valkey])


@scenario(5, "re-subscribe, catch-up, consume again by themselves")
async def valkey_black_holed(act: Act) -> None:
    """Connections open, and no byte arrives, for a while."""
    await _away(act, lambda: [line.black_hole() for line in act.stage.to_valkey])


@scenario(5, "found out, re-subscribe, catch-up, consume again", within_s=180)
async def valkey_alive_but_deaf(act: Act) -> None:
    """Every connection there is falls silent for ever; new ones work."""
    async with talkers(act.worlds, act.database, act.gateways, PEOPLE_EACH) as crowd_:
        await crowd_.have_answered(3 * PEOPLE_EACH)
        crowd_.broken()
        for line in act.stage.to_valkey:
            line.abandon()
        crowd_.back()
        act.figures["missed"] = 0
        act.figures["seconds to the first answer"] = await crowd_.recover()
        await crowd_.have_answered(len(crowd_.answers) + 4 * PEOPLE_EACH)
        act.figures["slowest message s"] = crowd_.slowest_s()


async def _away(act: Act, go_away: Callable[[], object]) -> None:
    """People talk on all the while; from being back to being answered is measured."""
    async with talkers(act.worlds, act.database, act.gateways, PEOPLE_EACH) as crowd_:
        await crowd_.have_answered(3 * PEOPLE_EACH)
        crowd_.broken()
        broken_at = time.monotonic()
        go_away()
        noticed = asyncio.create_task(_health_says(act, "valkey"))
        await asyncio.sleep(AWAY_S)
        for line in act.stage.to_valkey:
            line.heal()
        crowd_.back()
        seconds = await crowd_.recover()
        act.figures |= {"missed": 0, "recovered after s": seconds}
        noticed_at = await noticed
        act.figures["health said so after s"] = (
            round(noticed_at - broken_at, 1) if noticed_at else f"not within {AWAY_S:.0f}"
        )
        act.figures["slowest message s"] = crowd_.slowest_s()
    assert seconds <= RECOVERS_WITHIN_S


async def _health_says(act: Act, part: str) -> float | None:
    """When /readyz first says that it is away; None if it never does."""
    give_up_at = time.monotonic() + AWAY_S
    while time.monotonic() < give_up_at:
        if not (await asyncio.to_thread(act.stage.is_ready, act.gateways[0]))[part]:
            return time.monotonic()
        await asyncio.sleep(0.1)
    return None


@scenario(17, "dispatched again from PostgreSQL")
async def keys_flushed_and_queue_deleted(act: Act) -> None:
    """Every key is deleted while messages wait in the queue."""
    stage = act.stage
    async with crowd(act.acme, FLUSHED, stage.stack.gateways) as tabs:
        for worker in stage.stack.workers:
            worker.freeze()
        names = [await tab.send("hello", f"m{n}") for n, tab in enumerate(tabs)]
        for tab, name in zip(tabs, names, strict=True):
            await tab.until(lambda tab=tab, name=name: name in tab.accepted)  # type: ignore[misc]
        with act.valkey() as valkey:
            waiting = int(valkey.llen("platform:celery:messages"))
            valkey.flushall()
        flushed_at = time.monotonic()
        for worker in stage.stack.workers:
            worker.thaw()
        for tab, name in zip(tabs, names, strict=True):
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        act.figures |= {
            "lost": 0,
            "tasks deleted": waiting,
            "seconds to the last answer": round(time.monotonic() - flushed_at, 1),
        }
        require_told(stage.stack.database, *tabs)
