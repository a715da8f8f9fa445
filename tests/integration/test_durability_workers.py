"""A worker may die, sleep or leave in the middle of an answer: another one answers, once."""

import asyncio
import time
from collections import Counter
from uuid import UUID, uuid4

import psycopg
from shared.valkey.publish import publish_run_control

from tests.integration.test_durability_gateways import store_untold
from tests.support.breakable_stack import BreakableStack
from tests.support.crowd import crowd
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.sizes import sized
from tests.support.stack import Stack
from tests.support.tab import Tab
from tests.support.waiting import eventually

PEOPLE = sized(8, full=20)
SECONDS = sized(3, full=5)
SLOWLY = f"[[model: tokens={SECONDS * 10} rate=10]] please"
LATE = f"[[model: tokens={SECONDS * 10} rate=10 delay=1.5]] please"
WITHIN_S = 60.0
UNAWARE = {
    "KONSTRUCT_LEASE_RENEW_S": "600",
    "KONSTRUCT_LLM_FIRST_BYTE_TIMEOUT_S": "60",
    "KONSTRUCT_LLM_BETWEEN_PIECES_TIMEOUT_S": "60",
}
"""A worker that looks at its lease so rarely, and waits so long, that it sleeps without knowing."""


async def test_answers_of_a_worker_killed_outright_are_given_once_by_another(
    breakable_stack: BreakableStack,
    acme: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    stack = breakable_stack.stack
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        names = await asyncio.gather(*(_begin(tab) for tab in tabs))
        stack.workers[0].kill()
        killed_at = time.monotonic()
        outcomes = await asyncio.gather(
            *(tab.answered(name, WITHIN_S) for tab, name in zip(tabs, names, strict=True))
        )
        slowest = time.monotonic() - killed_at
        require_told(stack.database, *tabs)
    assert {outcome.status for outcome in outcomes} == {"complete"}
    assert require_settled(stack.database, acme.id) == PEOPLE
    taken_over = _count(superuser, acme, "attempt = 2 AND released = 0")
    assert taken_over + _count(superuser, acme, "attempt = 1") == PEOPLE
    assert taken_over
    figures[f"worker killed: of {PEOPLE} answers taken over"] = taken_over
    figures["worker killed: answers lost"] = PEOPLE - len(outcomes)
    figures["worker killed: answers doubled"] = _count(superuser, acme, "true") - PEOPLE
    figures[f"worker killed: seconds to the last, {SECONDS} of them speaking"] = round(slowest, 1)


async def test_a_worker_that_slept_past_its_lease_stores_and_shows_nothing_any_more(
    breakable_stack: BreakableStack,
    acme: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    """Some of its answers have begun and some have not; everyone looks on, some only since they
    were answered by others."""
    stack = breakable_stack.stack
    (sleeper,) = stack.add_workers(1, **UNAWARE)
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        early, late = tabs[::2], tabs[1::2]
        await publish_run_control([uuid4()])  # has it renew its lease now
        names = await asyncio.gather(*(tab.send(LATE) for tab in late))
        begun = await asyncio.gather(*(_begin(tab) for tab in early))
        await eventually(
            lambda: _count(superuser, acme, "attempt > 0") == PEOPLE, "all are being answered"
        )
        with sleeper.frozen():
            frozen_at = time.monotonic()
            for tab, name in zip((*late, *early), (*names, *begun), strict=True):
                assert (await tab.answered(name, WITHIN_S)).status == "complete"
            slowest = time.monotonic() - frozen_at
            later = [Tab(tab.person, tab.conversation_id, last_seq=None) for tab in tabs]
            for number, tab in enumerate(later):
                await tab.connect(stack.gateways[number % len(stack.gateways)])
        taken_over = _count(superuser, acme, "attempt = 2")
        await eventually(
            lambda: sleeper.log_text().count('"outcome_refused"') == taken_over,
            "all it has to store is refused",
        )
        sleeper.kill()  # awake without a lease it would only take nudges away
        asked = [await tab.ask("[[model: pieces=1]] still there?") for tab in tabs]
        for tab, answer in zip(later, asked, strict=True):
            await tab.until(lambda: tab.last_seq == answer.seq)  # noqa: B023
        require_told(stack.database, *tabs, *later)
        await asyncio.gather(*(tab.close() for tab in later))
    assert taken_over
    assert require_settled(stack.database, acme.id) == 2 * PEOPLE
    figures[f"worker asleep: of {PEOPLE} answers taken over"] = taken_over
    figures["worker asleep: outcomes it tried to store, refused"] = taken_over
    figures[f"worker asleep: seconds to the last, {SECONDS} of them speaking"] = round(slowest, 1)


async def test_a_worker_asked_to_leave_hands_over_what_it_cannot_finish_and_ends_well(
    breakable_stack: BreakableStack,
    acme: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    """What it hands over does not count as a failed attempt."""
    stack = breakable_stack.stack
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        names = await asyncio.gather(*(_begin(tab) for tab in tabs))
        asked_at = time.monotonic()
        exit_code = await asyncio.to_thread(stack.workers[0].terminate, WITHIN_S)
        left_after = time.monotonic() - asked_at
        for tab, name in zip(tabs, names, strict=True):
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        require_told(stack.database, *tabs)
    assert exit_code == 0
    assert require_settled(stack.database, acme.id) == PEOPLE
    handed_over = _count(superuser, acme, "released > 0")
    assert handed_over
    assert _count(superuser, acme, "attempt - released = 1") == PEOPLE
    figures[f"worker leaves: of {PEOPLE} answers handed over"] = handed_over
    figures["worker leaves: exit code"] = exit_code
    figures["worker leaves: seconds"] = round(left_after, 1)


async def test_a_run_of_which_nothing_can_be_made_ends_in_a_visible_failure(
    stack: Stack, acme: World, superuser: psycopg.Connection, figures: Counter[str]
) -> None:
    """As when another version of ours has written it. The next message is answered."""
    async with crowd(acme, 1, stack.gateways) as (tab,):
        message_id = await store_untold(acme, tab)
        superuser.execute(
            "UPDATE agent_runs SET payload = payload - 'content' - 'sender' WHERE message_id = %s",
            (str(message_id),),
        )
        began = time.monotonic()
        await tab.until(lambda: message_id in tab.outcomes, WITHIN_S)
        assert tab.outcomes[message_id].status == "failed"
        assert (await tab.ask("and now?", WITHIN_S)).status == "complete"
        require_told(stack.database, tab)
    assert require_settled(stack.database, acme.id) == 2
    figures["run not readable: attempts"] = _attempts(superuser, message_id)
    figures["run not readable: seconds to its failure"] = round(time.monotonic() - began, 1)


async def _begin(tab: Tab) -> str:
    return await tab.begun(await tab.send(SLOWLY), WITHIN_S)


def _count(superuser: psycopg.Connection, world: World, where: str) -> int:
    """How many of the tenant's runs are so."""
    query = f"SELECT count(*) FROM agent_runs WHERE tenant_id = %s AND {where}"
    (count,) = superuser.execute(query, (world.id,)).fetchone() or (0,)
    return int(count)


def _attempts(superuser: psycopg.Connection, message_id: UUID) -> int:
    query = "SELECT attempt FROM agent_runs WHERE message_id = %s"
    (attempt,) = superuser.execute(query, (str(message_id),)).fetchone() or (0,)
    return int(attempt)
