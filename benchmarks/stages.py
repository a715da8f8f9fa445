"""Where one message's time goes, stage by stage.

Konstruct's: from when frames came to the client, and from the worker's own line on each finished
run. The floor's: from the times in its answers. All clocks are this machine's.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.failure import BenchmarkFailed
from benchmarks.figures import median
from benchmarks.talker import Answered

Times = dict[str, float]

TYPING = "gateway: send → typing"
STORED = "gateway: send → stored (`accepted`)"
BROKER = "broker: stored → the worker begins"
CLAIM = "worker: claim and context"
MODEL = "worker: the model's answer"
STORE = "worker: store the answer"
TELL = "tell: stored → `response`"
PASSED = ("stored", "taken", "claimed", "answered", "answer_stored")
"""What an answer of the floor says of itself."""
STAGES = (TYPING, STORED, BROKER, CLAIM, MODEL, STORE, TELL)
"""In order; all but the first, which is part of the second, add up to the whole."""


def konstruct_stages(
    answers: Iterable[Answered], worker_log: Path, superuser_conninfo: str
) -> Times:
    """The median of each stage in milliseconds."""
    finished = _finished_runs(worker_log)
    with psycopg.connect(superuser_conninfo) as connection:
        rows = connection.execute("SELECT message_id, id::text FROM agent_runs").fetchall()
    runs: dict[str, str] = dict(rows)
    each: list[Times] = []
    for answer in answers:
        line = finished.get(runs[answer.frames["accepted"]["message_id"]])
        if line is None:
            raise BenchmarkFailed("The worker's log lacks a `run_finished` line for an answer.")
        logged_at = datetime.fromisoformat(line["timestamp"]).timestamp()
        claim, context, model, store, tell = (
            line[f"{name}_ms"] for name in ("claim", "context", "model", "store", "publish")
        )
        claim += context
        stored_at = logged_at - tell / 1000
        began_at = stored_at - (claim + model + store) / 1000
        accepted_at = answer.came_at["accepted"]
        each.append(
            {
                TYPING: (answer.came_at["typing"] - answer.sent_at) * 1000,
                STORED: (accepted_at - answer.sent_at) * 1000,
                BROKER: (began_at - accepted_at) * 1000,
                CLAIM: claim,
                MODEL: model,
                STORE: store,
                TELL: (answer.response_at - stored_at) * 1000,
            }
        )
    return _medians(each)


def floor_stages(answers: Iterable[Answered]) -> Times:
    """The median of each stage it has, in milliseconds."""
    each: list[Times] = []
    for answer in answers:
        frame = answer.frames["response"]
        passed = [
            answer.sent_at,
            *(frame[f"{name}_at"] for name in PASSED),
            answer.response_at,
        ]
        lasted = [(b - a) * 1000 for a, b in pairwise(passed)]
        each.append(dict(zip((STORED, BROKER, CLAIM, MODEL, STORE, TELL), lasted, strict=True)))
    return _medians(each)


def _finished_runs(worker_log: Path) -> dict[str, dict[str, Any]]:
    lines = (line for line in worker_log.read_text().splitlines() if '"run_finished"' in line)
    return {line["run_id"]: line for line in map(json.loads, lines)}


def _medians(each: list[Times]) -> Times:
    return {stage: median([times[stage] for times in each]) for stage in each[0]}
