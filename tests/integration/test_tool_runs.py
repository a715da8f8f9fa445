"""A worker may end at any point of a run with tools: nothing is done twice that cannot be, and the
model is asked again only for what nobody has stored of it."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from orchestrator.scripted_model import ScriptedModel
from orchestrator.scripted_service import ScriptedService
from shared.config import get_settings
from shared.runs.facts import NOBODY_KNOWS

from tests.support.fakes import Model, Service
from tests.support.people import World
from tests.support.processes import Worker
from tests.support.servers import ROOT, Servers
from tests.support.sizes import sized
from tests.support.tool_points import IN_DOUBT, NOT_STORED, POINTS, STARTED, stopping
from tests.support.tool_runs import Asked, Ended, ToolRuns, a_worker, attempt
from tests.support.waiting import eventually

AT_ONCE = 8
RUNS = sized(8, full=504)
"""At each point; of each class of effects a quarter."""
KILLS = sized(1, full=3)
"""At each point, of each class."""
HELD_WORKER = (sys.executable, "-m", "tests.support.held_worker")
CALLS = {
    "read": "clock",
    "ours": 'count {"name": "{tag}"}',
    "keyed": 'order {"item": "{tag}"}',
    "once": 'notify {"text": "{tag}"}',
}


@pytest.fixture
async def service() -> AsyncIterator[ScriptedService]:
    async with ScriptedService() as service:
        yield service


@pytest.fixture
async def runs(
    acme: World,
    superuser: psycopg.Connection,
    service: ScriptedService,
    settings_of_its_own: pytest.MonkeyPatch,
) -> AsyncIterator[ToolRuns]:
    async with ScriptedModel() as model:
        set_up(settings_of_its_own, model.base_url, service.base_url)
        yield ToolRuns(
            acme,
            superuser,
            model.records.requests,
            lambda: [asdict(effect) for effect in service.done],
        )


def set_up(settings: pytest.MonkeyPatch, model_url: str, service_url: str) -> None:
    for name, value in {
        "KONSTRUCT_LLM_BASE_URL": model_url,
        "KONSTRUCT_LLM_MODEL": "scripted",
        "KONSTRUCT_DEVELOPMENT_CHANNELS": "true",
        "KONSTRUCT_SCRIPTED_SERVICE_URL": service_url,
    }.items():
        settings.setenv(name, value)
    get_settings.cache_clear()


@pytest.mark.timeout(sized(120, full=900))
@pytest.mark.parametrize("point", POINTS)
async def test_a_process_that_ends_at_any_point_does_nothing_twice(
    runs: ToolRuns, point: str, figures: Counter[str]
) -> None:
    async def end_there(here: str, _: UUID) -> None:
        if here == point:
            raise Ended

    for _ in range(RUNS // AT_ONCE):
        effects = [list(CALLS)[number % len(CALLS)] for number in range(AT_ONCE)]
        asked = [await runs.ask(CALLS[effect]) for effect in effects]
        async with a_worker() as first:
            with stopping(end_there):
                attempts = [attempt(first, each, runs.world.id) for each in asked]
                ended = await asyncio.gather(*attempts, return_exceptions=True)
            assert {type(each) for each in ended} == {Ended}
        await answer_all(runs, asked)
        count(runs, asked, effects, f"a process that ended {point}", point, figures)


async def test_a_worker_killed_at_any_point_does_nothing_twice(
    servers: Servers,
    acme: World,
    superuser: psycopg.Connection,
    tmp_path: Path,
    settings_of_its_own: pytest.MonkeyPatch,
    figures: Counter[str],
) -> None:
    """It waits with a run at each point and is killed; all are answered by another."""
    with Model("model", tmp_path) as model, Service("service", tmp_path) as service:
        set_up(settings_of_its_own, model.base_url, service.base_url)
        runs = ToolRuns(acme, superuser, model.requests, service.done)
        places = [(point, effect) for point in POINTS for effect in CALLS] * KILLS
        asked = [await runs.ask(CALLS[effect]) for _, effect in places]
        held = {
            str(runs.run_id(each)): point for each, (point, _) in zip(asked, places, strict=True)
        }
        arrived = tmp_path / "arrived"
        arrived.mkdir()
        (tmp_path / "held.json").write_text(json.dumps(held))
        environment = {
            **servers.environment(servers.database(superuser.info.dbname)),
            **model.environment_for_workers(),
            "KONSTRUCT_DEVELOPMENT_CHANNELS": "true",
            "KONSTRUCT_SCRIPTED_SERVICE_URL": service.base_url,
            "KONSTRUCT_SWEEP_INTERVAL_S": "0.2",
            "KONSTRUCT_LEASE_TTL_S": "1.5",
            "KONSTRUCT_LEASE_RENEW_S": "0.5",
            "PYTHONPATH": str(ROOT),
            "HELD_AT": str(tmp_path / "held.json"),
            "ARRIVED": str(arrived),
        }
        with Worker("held", tmp_path, environment, HELD_WORKER) as worker:
            await eventually(lambda: len([*arrived.iterdir()]) == len(held), "all wait", 60)
            worker.kill()
        lives = "SELECT 1 FROM worker_leases WHERE expires_at > clock_timestamp()"
        await eventually(lambda: not superuser.execute(lives).fetchone(), "its lease is over")
        await answer_all(runs, asked)
        for point in POINTS:
            there = [
                (each, effect)
                for each, (at, effect) in zip(asked, places, strict=True)
                if at == point
            ]
            messages, effects = zip(*there, strict=True)
            count(runs, messages, effects, f"a worker killed {point}", point, figures)


async def answer_all(runs: ToolRuns, asked: Sequence[Asked]) -> None:
    """Another worker makes another attempt at each."""
    async with a_worker() as worker:
        for each in asked:
            stored = await attempt(worker, each, runs.world.id)
            assert stored is not None
            assert stored.outcome.status == "complete"


def count(
    runs: ToolRuns,
    asked: Sequence[Asked],
    effects: Sequence[str],
    who: str,
    point: str,
    figures: Counter[str],
) -> None:
    """What is promised of each, and how often it came to it."""
    requests, done_outside = runs.requests(*asked), runs.effects(*asked)
    for each, effect in zip(asked, effects, strict=True):
        done = {"ours": runs.counted(each), "read": 0}.get(effect, done_outside[each.tag])
        figures[f"{who}: effects twice"] += max(0, done - 1)
        figures[f"{who}: unknown, and shown"] += len(runs.items(each))
        figures[f"{who}: runs"] += 1
        check(runs, each, effect, point, requests[each.tag], done)


def check(
    runs: ToolRuns, asked: Asked, effect: str, point: str, requests: list[str], done: int
) -> None:
    (call,) = runs.calls(asked)
    assert len(requests) == (3 if point in NOT_STORED else 2)
    if effect == "once" and point in IN_DOUBT:
        assert call.state == "unknown"
        assert done == (0 if point == STARTED else 1)
        assert [item.subject for item in runs.items(asked)] == [str(call.id)]
        assert NOBODY_KNOWS in requests[-1]
        return
    assert call.state == "done"
    assert runs.items(asked) == []
    assert done == (0 if effect == "read" else 1)
