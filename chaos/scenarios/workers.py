"""Workers die, sleep and leave; tasks come twice, or can never be done."""

import asyncio
import time
from uuid import uuid4

import psycopg
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.runs.nudges import handle_message

from chaos.scenario import Act, scenario
from tests.integration import test_durability_workers as tested
from tests.integration.test_durability_gateways import store_untold
from tests.support.crowd import crowd
from tests.support.invariants import require_told
from tests.support.people import World
from tests.support.sizes import sized
from tests.support.tab import Tab
from tests.support.waiting import eventually

WITHIN_S = 60.0
TIMES = 20
PEOPLE = sized(10, full=50)
WITHOUT_END = "[[model: tokens=600 rate=10]] please"
SLOWLY = "[[model: tokens=20 rate=10]] please"


@scenario(2, "another takes the run over after the lease; one answer")
async def worker_killed_in_mid_answer(act: Act) -> None:
    """A worker is killed outright while it answers."""
    await tested.test_answers_of_a_worker_killed_outright_are_given_once_by_another(
        act.stage, act.acme, act.superuser, act.figures
    )


@scenario(2, "what it stores when it wakes is refused")
async def worker_asleep_past_its_lease(act: Act) -> None:
    """A worker is frozen in mid-answer, replaced, and thawed."""
    await tested.test_a_worker_that_slept_past_its_lease_stores_and_shows_nothing_any_more(
        act.stage, act.acme, act.superuser, act.figures
    )


@scenario(11, "answers handed over, exit code 0")
async def worker_told_to_leave(act: Act) -> None:
    """SIGTERM to a worker in mid-answer."""
    await tested.test_a_worker_asked_to_leave_hands_over_what_it_cannot_finish_and_ends_well(
        act.stage, act.acme, act.superuser, act.figures
    )


@scenario(3, "the second claim fails: one model call a message")
async def tasks_delivered_many_times(act: Act) -> None:
    """Each message's task comes to the workers twenty times at once."""
    async with crowd(act.acme, PEOPLE, act.stage.stack.gateways) as tabs:
        calls = act.stage.model_calls()
        ids = await asyncio.gather(*(store_untold(act.acme, tab) for tab in tabs))
        payloads = [payload for (payload,) in _payloads(act.superuser, act.acme)] * TIMES
        act.chance.shuffle(payloads)
        for payload in payloads:
            assert handle_message.delay(payload)
        for tab, id_ in zip(tabs, ids, strict=True):
            await tab.until(lambda tab=tab, id_=id_: id_ in tab.outcomes, WITHIN_S)  # type: ignore[misc]
        await _queue_is_empty(act)
        require_told(act.stage.stack.database, *tabs)
        calls = act.stage.model_calls() - calls
    act.figures |= {"deliveries": len(payloads), "messages": len(tabs), "model calls": calls}
    assert calls == len(tabs)


@scenario(4, "clients get it by catch-up")
async def worker_dies_between_storing_and_publishing(act: Act) -> None:
    """Workers store answers, cannot publish them, and are killed."""
    stage = act.stage
    async with crowd(act.acme, PEOPLE, stage.stack.gateways) as tabs:
        names = [await tab.begun(await tab.send(SLOWLY), WITHIN_S) for tab in tabs]
        stage.workers_to_valkey.silence(to_server=True)
        await eventually(lambda: _finished(act) == len(tabs), "all are stored", WITHIN_S)
        for worker in stage.stack.workers:
            worker.kill()
        stage.workers_to_valkey.cut()
        stage.workers_to_valkey.heal()
        killed_at = time.monotonic()
        for tab, name in zip(tabs, names, strict=True):
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        act.figures |= {
            "missing": 0,
            "answers never published": len(tabs),
            "seconds to the last": round(time.monotonic() - killed_at, 1),
        }
        for worker in stage.stack.workers:
            worker.start()
        require_told(stage.stack.database, *tabs)


@scenario(16, "attempts bounded, failure shown, queue flows", within_s=240)
async def message_that_kills_its_worker(act: Act) -> None:
    """Whichever worker answers one message is killed, again and again."""
    stage = act.stage
    async with crowd(act.acme, 2, stage.stack.gateways) as (poisoned, other):
        name = await poisoned.begun(
            await poisoned.send("[[model: tokens=600 rate=10]] x"), WITHIN_S
        )
        kills = 0
        began = time.monotonic()
        while poisoned.answer_to(name) is None and kills < 10:
            worker = next((w for w in stage.stack.workers if w.pid and _answers(act, w)), None)
            if worker is not None:
                await asyncio.to_thread(worker.kill)
                await asyncio.to_thread(worker.start)
                kills += 1
            try:
                await poisoned.take(within_s=0.1)
            except AssertionError:
                continue
        outcome = await poisoned.answered(name, WITHIN_S)
        act.figures |= {
            "attempts": kills,
            "seconds": round(time.monotonic() - began, 1),
            "outcome": outcome.status,
        }
        assert outcome.status == "failed"
        assert kills == 3
        assert (await other.ask("and me?", WITHIN_S)).status == "complete"
        assert (await poisoned.ask("still there?", WITHIN_S)).status == "complete"
        require_told(stage.stack.database, poisoned, other)


@scenario(16, "an outcome is stored and shown, others are answered")
async def task_that_nobody_can_read(act: Act) -> None:
    """What a run is to be answered from is garbage."""
    await tested.test_a_run_of_which_nothing_can_be_made_ends_in_a_visible_failure(
        act.stage.stack, act.acme, act.superuser, act.figures
    )


@scenario(24, "refused, and the queue flows")
async def forged_tasks(act: Act) -> None:
    """Tasks that are garbage, or name another tenant's conversation, are put into the queue."""
    async with crowd(act.acme, 1, act.stage.stack.gateways) as (tab,):
        calls = act.stage.model_calls()
        id_ = await store_untold(act.acme, tab)
        forged = [
            {},
            {"text": "no message"},
            {"tenant_id": "nobody", "id": str(id_)},
            _bare(act.globex, tab) | {"id": str(id_)},
            _bare(act.globex, tab) | {"id": str(uuid4())},
            _bare(act.acme, tab) | {"id": str(uuid4())},
        ]
        for payload in forged:
            handle_message.delay(payload)
        await _queue_is_empty(act)
        assert act.stage.model_calls() == calls
        await tab.until(lambda: id_ in tab.outcomes, WITHIN_S)
        act.figures |= {"forged": len(forged), "answered": act.stage.model_calls() - calls - 1}
        require_told(act.stage.stack.database, tab)


def _message(world: World, tab: Tab) -> KonstructMessage:
    return KonstructMessage(
        tenant_id=str(world.id),
        channel=ChannelType.WEB,
        sender=SenderInfo(user_id=str(tab.person.id), display_name=tab.person.display_name),
        content=MessageContent(text="hello"),
        thread_id=str(tab.conversation_id),
    )


def _bare(world: World, tab: Tab) -> dict[str, object]:
    return _message(world, tab).model_dump(mode="json") | {"tenant_id": str(world.id)}


def _payloads(superuser: psycopg.Connection, world: World) -> list[tuple[dict[str, object]]]:
    query = "SELECT payload FROM agent_runs WHERE tenant_id = %s"
    return superuser.execute(query, (world.id,)).fetchall()  # type: ignore[return-value]


def _finished(act: Act) -> int:
    return act.count("agent_runs WHERE tenant_id = %s AND state = 'done'", act.acme.id)


def _answers(act: Act, worker: object) -> bool:
    lease = (worker.directory / "ready").read_text().strip()  # type: ignore[attr-defined]
    return act.count("agent_runs WHERE worker_id = %s AND state = 'running'", lease) > 0


async def _queue_is_empty(act: Act) -> None:
    with act.valkey() as valkey:
        await asyncio.sleep(0.5)  # the nudges' own thread puts them there
        await eventually(
            lambda: valkey.llen("platform:celery:messages") == 0, "the queue is empty", WITHIN_S
        )
        await asyncio.sleep(0.5)
