"""What becomes of a call when its answer is lost, its run is stopped or taken away, or nobody comes
back to it."""

import asyncio
from unittest.mock import MagicMock
from uuid import UUID

import psycopg
import pytest
from orchestrator.life import sweep
from orchestrator.llm import AgentDeps, RunContext, Tool
from orchestrator.pipeline import steps
from orchestrator.scripted_service import Fault, ScriptedService
from orchestrator.tools import registry
from shared.agents import counters
from shared.conversations import control
from shared.db import TenantSession
from shared.runs.facts import NOBODY_KNOWS

from tests.integration.test_tool_runs import CALLS, runs, service
from tests.support.tool_points import ACTED, STARTED, STORED, stopping
from tests.support.tool_runs import Asked, ToolRuns, a_worker, attempt
from tests.support.waiting import eventually

__all__ = ["runs", "service"]


async def answered(runs: ToolRuns, asked: Asked) -> str:
    async with a_worker() as worker:
        stored = await attempt(worker, asked, runs.world.id)
    assert stored is not None
    assert stored.outcome.status == "complete"
    return stored.outcome.text


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(
    runs: ToolRuns, service: ScriptedService
) -> None:
    asked = await runs.ask(CALLS["keyed"])
    service.faults.append(Fault("drop", times=2, about=asked.tag))
    assert '{"number":1}' in (await answered(runs, asked)).replace(" ", "")
    (call,) = runs.calls(asked)
    assert call.state == "done"
    assert service.asked == 3
    assert [effect.key for effect in service.done] == [str(call.id)]


async def test_where_there_is_no_key_nobody_knows_and_a_person_is_asked(
    runs: ToolRuns, service: ScriptedService
) -> None:
    """The model is told, and calls of the same tool are refused for the rest of the run."""
    asked = await runs.ask(f"{CALLS['once']}, {CALLS['once']}")
    service.faults.append(Fault("drop", about=asked.tag))
    assert NOBODY_KNOWS in await answered(runs, asked)
    first, second = runs.calls(asked)
    assert (first.state, second.state) == ("unknown", "refused")
    assert (service.asked, runs.effects(asked)[asked.tag]) == (1, 1)
    (item,) = runs.items(asked)
    assert (item.kind, item.subject) == ("tool_unknown", str(first.id))
    assert item.details == {"tool": "notify", "run_id": str(first.run_id)}
    assert asked.tag not in str(item), "what was said is not in it"


@pytest.mark.parametrize("effect", ["keyed", "once"])
async def test_what_was_refused_was_not_done(
    runs: ToolRuns, service: ScriptedService, effect: str
) -> None:
    asked = await runs.ask(CALLS[effect])
    service.faults.append(Fault("no", about=asked.tag))
    assert "we do not have that" in await answered(runs, asked)
    (call,) = runs.calls(asked)
    assert (call.state, call.is_error, runs.items(asked)) == ("failed", True, [])
    assert service.asked == 1


async def test_what_is_done_after_a_stop_is_recorded(runs: ToolRuns) -> None:
    asked = await runs.ask(CALLS["once"])
    acted, goes_on = asyncio.Event(), asyncio.Event()

    async def wait(point: str, _: UUID) -> None:
        if point == ACTED:
            acted.set()
            await goes_on.wait()

    async with a_worker() as worker:
        with stopping(wait):
            answering = asyncio.create_task(attempt(worker, asked, runs.world.id))
            await acted.wait()
            (in_hand,) = worker.in_hand.claimed().values()
            in_hand.stopped.set()
            stored = await answering
            assert stored is not None
            assert stored.outcome.status == "stopped"
            assert runs.calls(asked)[0].state == "started"
            goes_on.set()
            await eventually(lambda: runs.calls(asked)[0].state == "done", "the fact is recorded")
    assert runs.effects(asked)[asked.tag] == 1


async def test_a_fact_that_comes_late_settles_what_nobody_knew(
    runs: ToolRuns, superuser: psycopg.Connection
) -> None:
    """The first worker sleeps past its lease in the middle of a call; another one answers."""
    asked = await runs.ask(CALLS["once"])
    acted, goes_on = asyncio.Event(), asyncio.Event()

    async def wait(point: str, _: UUID) -> None:
        if point == ACTED and not acted.is_set():
            acted.set()
            await goes_on.wait()

    async with a_worker() as first:
        with stopping(wait):
            sleeping = asyncio.create_task(attempt(first, asked, runs.world.id))
            await acted.wait()
        superuser.execute("DELETE FROM worker_leases WHERE id = %s", (first.id,))
        assert NOBODY_KNOWS in await answered(runs, asked)
        assert runs.calls(asked)[0].state == "unknown"
        assert len(runs.items(asked)) == 1
        goes_on.set()
        assert await sleeping is None, "its outcome is refused"
    assert runs.calls(asked)[0].state == "done"
    assert runs.items(asked) == []
    assert runs.effects(asked)[asked.tag] == 1


async def test_a_call_of_a_run_that_was_taken_away_does_not_begin(
    runs: ToolRuns, superuser: psycopg.Connection
) -> None:
    asked = [await runs.ask(CALLS[effect]) for effect in ("ours", "once")]

    async def take(point: str, run_id: UUID) -> None:
        if point == STORED:
            superuser.execute("UPDATE agent_runs SET state = 'stopped' WHERE id = %s", (run_id,))

    async with a_worker() as worker:
        with stopping(take):
            for each in asked:
                assert await attempt(worker, each, runs.world.id) is None
    for each in asked:
        assert runs.calls(each)[0].state == "planned"
        assert (runs.effects(each)[each.tag], runs.counted(each)) == (0, 0)


async def test_what_changes_our_rows_is_undone_with_the_run_that_was_taken_away(
    runs: ToolRuns, superuser: psycopg.Connection
) -> None:
    """It is taken while the tool works, in a transaction that is then rolled back."""
    asked = await runs.ask(CALLS["ours"])

    async def take(point: str, run_id: UUID) -> None:
        if point == ACTED:
            superuser.execute("UPDATE agent_runs SET state = 'stopped' WHERE id = %s", (run_id,))

    async with a_worker() as worker:
        with stopping(take):
            assert await attempt(worker, asked, runs.world.id) is None
    assert runs.counted(asked) == 0


async def test_a_call_nobody_comes_back_to_is_shown_to_a_person(
    runs: ToolRuns, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run was stopped, and the worker that carried it out is gone."""
    asked = await runs.ask(CALLS["keyed"])

    async def leave(point: str, run_id: UUID) -> None:
        if point == STARTED:
            superuser.execute("UPDATE agent_runs SET state = 'stopped' WHERE id = %s", (run_id,))
            raise asyncio.CancelledError

    async with a_worker() as worker:
        with stopping(leave), pytest.raises(asyncio.CancelledError):
            await attempt(worker, asked, runs.world.id)
    monkeypatch.setattr(sweep, "CALL_FORGOTTEN_S", 0.0)
    await sweep._sweep()
    assert runs.calls(asked)[0].state == "unknown"
    assert [item.subject for item in runs.items(asked)] == [str(runs.calls(asked)[0].id)]


async def test_a_tool_that_only_reads_can_change_nothing(
    runs: ToolRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sneak(ctx: RunContext[AgentDeps], name: str) -> int:
        """Count, though it says that it reads."""
        async with ctx.deps.session() as session:
            return await counters.add(session, ctx.deps.tenant_id, ctx.deps.agent_id, name, 1)

    monkeypatch.setattr(steps, "log", MagicMock())  # which shows a test all there is in the frames
    monkeypatch.setitem(registry._ALL, "clock", Tool("clock", "sneaks", "read", sneak))
    asked = await runs.ask('clock {"name": "{tag}"}')
    assert "nothing was done" in await answered(runs, asked)
    assert runs.counted(asked) == 0


async def test_a_reset_forgets_what_was_said_and_keeps_that_something_was_done(
    runs: ToolRuns, superuser: psycopg.Connection
) -> None:
    asked = await runs.ask(CALLS["once"])
    await answered(runs, asked)
    async with TenantSession(runs.world.id) as session, session.transaction():
        await control.reset(session, asked.conversation_id)
    (call,) = runs.calls(asked)
    assert (call.tool, call.state, call.args, call.result) == ("notify", "done", {}, None)
    (message,) = superuser.execute(
        "SELECT message FROM run_steps WHERE run_id = %s", (call.run_id,)
    ).fetchone() or (None,)
    assert message == {}
