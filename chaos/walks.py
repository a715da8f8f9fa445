"""Rows that tests walk case by case, in one process and with no fault to be injected from outside.

The tests run once for all of them, at their full sizes; a row's figures are how many cases passed
and what the tests noted themselves.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.support.servers import ROOT
from tests.support.sizes import FULL, VARIABLE
from tests.support.soaks import SOAKS

WITHIN_S = 2400.0
"""Soaking takes about five minutes a channel."""
LAST_LINES = 60


@dataclass(frozen=True)
class Walk:
    """One row's tests: what pytest's names contain, and which of their figures are shown."""

    row: int
    name: str
    expected: str
    files: tuple[str, ...]
    names: tuple[str, ...] = ()
    """Parts of the test names wanted from the files; none means all."""
    figures: tuple[str, ...] = ()
    """What the figures shown begin with."""


WALKS = (
    Walk(
        0,
        "whatever-happens-in-whatever-order",
        "what is promised holds",
        ("integration/test_state_machine.py",),
        figures=("whatever happens: ",),
    ),
    Walk(
        12,
        "handlers-cancelled-at-random",
        "no leak, no tenant crossing",
        (
            "integration/test_sessions.py",
            "integration/test_cancellation.py",
            "unit/test_fair_queue.py",
        ),
        ("cancelled",),
        ("cancel", "sessions"),
    ),
    Walk(
        14,
        "frames-of-every-wrong-kind",
        "typed error or close code, never an uncaught exception",
        (
            "integration/test_web_chat.py",
            "integration/test_frames_fuzz.py",
            "integration/test_gateway_limits.py",
            "unit/test_frames_fuzz.py",
        ),
        ("frame", "anything", "websocket", "pieces", "never_ends", "head", "sentence", "auth"),
        ("frames", "fuzz"),
    ),
    Walk(
        19,
        "forged-origins",
        "refused",
        ("integration/test_web_chat.py", "integration/test_auth_api.py"),
        ("only_pages", "foreign"),
    ),
    Walk(
        20,
        "every-id-of-somebody-else",
        "403 in my tenant; else as not found",
        ("integration/test_chat_api.py", "integration/test_portal_rights.py"),
        figures=("chat API", "portal API"),
    ),
    Walk(
        21,
        "row-level-security",
        "nothing, or an error",
        ("integration/test_wall.py",),
        figures=("wall",),
    ),
    Walk(
        22,
        "tokens-forged-and-access-lost",
        "refused; live socket closed",
        (
            "integration/test_durability_access.py",
            "integration/test_web_chat.py",
            "unit/test_auth_tokens.py",
        ),
        ("access", "token", "takes_over", "nobody_else"),
        ("access lost",),
    ),
    Walk(
        23,
        "hostile-answers-in-the-browser",
        "shown as text; nothing fetched",
        ("e2e/test_hostile_answers.py",),
        figures=("hostile",),
    ),
    Walk(
        25,
        "platforms-that-redeliver-in-any-order",
        "one message, one run, one answer each, whatever is killed meanwhile",
        ("integration/test_channel_soak.py",),
        figures=tuple(f"{channel} soak: " for channel in SOAKS),
    ),
)


@dataclass
class Walked:
    """What became of one walk."""

    walk: Walk
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)


async def walk_all(walks: Sequence[Walk], directory: Path) -> list[Walked]:
    """Run their tests in one pytest, which mostly waits, and sort out whose is what."""
    report, figures = directory / "walks.xml", directory / "figures.json"
    files = sorted({str(path) for walk in walks for path in _files(walk)})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header"),
        *("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
        *(f"--junitxml={report}", f"--figures={figures}", *files),
        *("-k", " or ".join(sorted({name for walk in walks for name in _wanted(walk)}))),
        cwd=ROOT,
        env={**os.environ, VARIABLE: "full" if FULL else ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode:
        print("\n".join(output.decode().splitlines()[-LAST_LINES:]), file=sys.stderr)
    if not report.exists():
        raise RuntimeError("pytest wrote no report")
    noted = json.loads(figures.read_text()) if figures.exists() else {}
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return _sorted_out(walks, list(cases), noted)


def _sorted_out(
    walks: Sequence[Walk], cases: Sequence[ElementTree.Element], noted: dict[str, Any]
) -> list[Walked]:
    results = []
    for walk in walks:
        walked = Walked(walk)
        for case in cases:
            where = case.get("classname", "").replace(".", "/")
            mine = any(file.removesuffix(".py") in where for file in walk.files)
            name = case.get("name", "")
            if not mine or not (not walk.names or any(part in name for part in walk.names)):
                continue
            walked.seconds += float(case.get("time", 0))
            if case.find("failure") is not None or case.find("error") is not None:
                walked.failed.append(name)
            elif case.find("skipped") is None:
                walked.passed += 1
        walked.figures = {"tests": walked.passed} | {
            name: value for name, value in noted.items() if name.startswith(walk.figures)
        }
        results.append(walked)
    return results


def _files(walk: Walk) -> list[Path]:
    paths = [ROOT / "tests" / file for file in walk.files]
    return [path for path in paths if path.exists()]


def _wanted(walk: Walk) -> tuple[str, ...]:
    return walk.names or tuple(Path(file).stem for file in walk.files)
