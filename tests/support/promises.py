"""Checks Konstruct's promises on a talk: against all frames of its sockets and all its rows.

`require_kept` expects a talk at rest: nothing unfinished, every open socket up to date.
"""

from collections import Counter
from itertools import pairwise
from typing import Any

import psycopg

from tests.support.listening import Listener, require_one_story
from tests.support.servers import Database
from tests.support.stored import Stored
from tests.support.talks import MODEL_FAILS, WORKERS_FAIL, Talk, answer_to, may_fail

STRAYS = """
SELECT 'message' AS kind, m.id::text FROM web_conversation_messages m
  JOIN web_conversations c ON c.id = m.conversation_id WHERE m.tenant_id <> c.tenant_id
UNION ALL
SELECT 'run', r.id::text FROM agent_runs r
  JOIN web_conversations c ON c.id::text = r.thread_id
 WHERE r.tenant_id <> c.tenant_id OR r.agent_id <> c.agent_id
"""


def require_no_strays(database: Database) -> None:
    """Every row belongs to the tenant of its conversation."""
    with psycopg.connect(database.superuser_conninfo, autocommit=True) as connection:
        assert connection.execute(STRAYS).fetchall() == []


def require_kept(talk: Talk, stored: Stored) -> None:
    """Check everything that is promised of one conversation."""
    _require_rows_in_order(talk, stored)
    _require_outcomes(talk, stored)
    _require_answered_in_order(stored)
    story = require_one_story(talk, stored)
    for line in talk.lines:
        try:
            Listener(talk, line, stored, story).require_kept()
        except AssertionError as error:
            error.add_note("\n".join(map(repr, [line.since, line.said, *line.frames])))
            raise


# ── what is stored ─────────────────────────────────────────────────────────────────────────────


def _require_rows_in_order(talk: Talk, stored: Stored) -> None:
    numbers = [message.seq for message in stored.messages]
    assert numbers == list(range(stored.reset_seq + 1, stored.last_seq + 1))
    assert stored.reset_seq == max(talk.resets, default=0)
    for earlier, later in pairwise(stored.messages):
        assert earlier.created_at <= later.created_at, (earlier, later)
    names = Counter(m.client_message_id for m in stored.messages if m.client_message_id)
    assert max(names.values(), default=1) == 1, names


def _require_outcomes(talk: Talk, stored: Stored) -> None:
    """One outcome for each run that was not reset away; only the last may be good."""
    for message in stored.messages:
        if message.role == "assistant":
            continue
        assert message.content in talk.said[message.client_message_id], message
        runs, outcomes = stored.runs_of(message.id), stored.outcomes_of(message.id)
        assert len(runs) == len(outcomes) >= 1, (message, runs, outcomes)
        assert all(outcome.status == "failed" for outcome in outcomes[:-1]), outcomes
        for run, outcome in zip(runs, outcomes, strict=True):
            _require_right_outcome(message.content, run, outcome)


def _require_right_outcome(said: str, run: Any, outcome: Any) -> None:
    answer = answer_to(said)
    match outcome.status:
        case "complete":
            assert (run.state, outcome.content) == ("done", answer), (run, outcome)
        case "stopped":
            assert run.state == "stopped", (run, outcome)
            assert answer.startswith(outcome.content), (run, outcome)
        case _:
            expected = WORKERS_FAIL | (MODEL_FAILS if may_fail(said) else set())
            assert run.state == "failed", (run, outcome)
            assert run.error_code in expected, (run, outcome)


def _require_answered_in_order(stored: Stored) -> None:
    """Answers follow the order of acceptance; a retried message counts from its retry."""
    asked = [m for m in stored.messages if m.role == "user"]
    first_runs = [stored.runs_of(message.id)[0].position for message in asked]
    assert first_runs == sorted(first_runs)
    answered: list[tuple[int, int]] = []
    for message in asked:
        outcomes = stored.outcomes_of(message.id)
        for run, outcome in zip(stored.runs_of(message.id), outcomes, strict=True):
            never_begun = run.state == "stopped" and run.worker_id is None
            if not never_begun:
                answered.append((run.position, outcome.seq))
    in_turn = [seq for _, seq in sorted(answered)]
    assert in_turn == sorted(in_turn), answered
