"""Plays scenarios one after the other, and after each checks what must be true whatever broke."""

import asyncio
import os
import random
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import psycopg
from konstruct.devstack.progress import Progress
from shared.config import get_settings
from shared.db.engine import dispose_engine
from shared.valkey.client import close_redis

from chaos import scenarios  # noqa: F401 - registers them
from chaos.leaks import Books
from chaos.report import Report, Result
from chaos.scenario import Act, Scenario, programme
from chaos.stage import Stage
from chaos.walks import WALKS, Walk, walk_all
from tests.support import people
from tests.support.crowd import crowd
from tests.support.invariants import require_settled
from tests.support.processes import log_marks, logs_since
from tests.support.promises import require_no_strays
from tests.support.sizes import FULL

WARM_UP_PEOPLE = 40
SHOWN_LOG = 3_000


def names() -> list[tuple[int, str, str]]:
    """Row, name and what is done, of everything there is."""
    told = [(s.row, s.name, s.what) for s in programme]
    told += [(walk.row, walk.name, "Tests, at their full sizes.") for walk in WALKS]
    return sorted(told, key=lambda one: (one[0] or 99, one[1]))


def run(only: Sequence[str], seed: int, directory: Path) -> Report:
    """Everything named, or everything; what it came to."""
    began = time.monotonic()
    # The one that breaks everything comes last: it is the longest.
    played = sorted(programme, key=lambda s: s.row or 99)
    played = [s for s in played if not only or s.name in only]
    walked = [walk for walk in WALKS if not only or walk.name in only]
    progress = Progress(len(played) + (1 if walked else 0) + (1 if played else 0))
    report = Report(seed, "full" if FULL else "quick", [], {}, {}, {}, 0)
    results: list[Result] = []
    if played:
        with Stage(directory) as stage:
            with progress.step("Servers and processes, warmed up"):
                books = _warm_up(stage)
            report.before = {name: asdict(held) for name, held in books.now().items()}
            for scenario in played:
                with progress.step(f"{scenario.name}: {scenario.what}"):
                    results.append(play(scenario, stage, books, seed))
                progress.say(f"    {results[-1].told}")
            report.after = {name: asdict(held) for name, held in books.now().items()}
            report.left_in_servers = books.left_in_servers()
    if walked:
        with progress.step(f"Tests of {len(walked)} rows"):
            results += _walk(walked, directory)
    report.results = sorted(results, key=lambda result: (result.row or 99, result.name))
    report.seconds = time.monotonic() - began
    return report


def play(scenario: Scenario, stage: Stage, books: Books, seed: int) -> Result:
    """One scenario with people of its own, and the checks after it."""
    result = Result(scenario.row, scenario.name, scenario.expected)
    marks, began = log_marks(), time.monotonic()
    try:
        asyncio.run(_play(scenario, stage, books, seed, result))
    except (Exception, ExceptionGroup) as error:
        result.why = _why(error)
        traceback.print_exception(error, file=sys.stderr)
        for title, text in logs_since(marks):
            print(f"── {title}\n{text[-SHOWN_LOG:]}", file=sys.stderr)
    with suppress(AssertionError):
        stage.restore()
    result.seconds = round(time.monotonic() - began, 1)
    return result


async def _play(scenario: Scenario, stage: Stage, books: Books, seed: int, result: Result) -> None:
    _work_on(stage)
    acme, globex = await people.make_world("acme"), await people.make_world("globex")
    conninfo = stage.stack.database.superuser_conninfo
    try:
        with psycopg.connect(conninfo, autocommit=True) as superuser:
            chance = random.Random(f"{seed} {scenario.name}")
            act = Act(stage, books, acme, globex, superuser, chance)
            try:
                async with asyncio.timeout(scenario.within_s):
                    await scenario.body(act)
            finally:
                result.figures = dict(act.figures)
            stage.restore()
            for world in act.worlds:
                result.messages += require_settled(stage.stack.database, world.id)
            require_no_strays(stage.stack.database)
            result.leaks = await books.leaks()
            assert not result.leaks, f"leaked: {result.leaks}"
    finally:
        await close_redis()
        await dispose_engine()


def _walk(walks: Sequence[Walk], directory: Path) -> list[Result]:
    results = []
    for walked in asyncio.run(walk_all(walks, directory)):
        walk = walked.walk
        why = ", ".join(walked.failed) or ("" if walked.passed else "no test of it was found")
        results.append(
            Result(walk.row, walk.name, walk.expected, walked.figures, walked.seconds, why=why)
        )
    return results


def _warm_up(stage: Stage) -> Books:
    """Fill pools and make what is made once; what is held after that is what rest looks like."""

    async def talk() -> None:
        _work_on(stage)
        world = await people.make_world("warm")
        try:
            for _ in range(3):
                async with crowd(world, WARM_UP_PEOPLE, stage.stack.gateways) as tabs:
                    await asyncio.gather(*(tab.ask("hello", 60) for tab in tabs))
        finally:
            await close_redis()
            await dispose_engine()

    asyncio.run(talk())
    time.sleep(2)
    return Books(stage)


def _work_on(stage: Stage) -> None:
    """This process, too, works on the stage's servers."""
    os.environ.update(stage.environment)
    get_settings.cache_clear()


def _why(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:300]}" if said else type(error).__name__
