"""Agent runs: added, looked for, ended unanswered, given back, and what became of them.

How a run is claimed and answered stands in `conversations/turns`. A thread is (tenant, channel,
thread_id). Its runs are answered in order of `position`, so only its oldest unfinished run may be
claimed. Whoever also changes a conversation locks that first. Each statement is made here once, so
that a test can ask PostgreSQL which index it takes (tests/integration/test_plans.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text

from shared.db import SystemSession, WithinTenant
from shared.models import AgentRun
from shared.runs.predicates import (
    is_workers,
    newest,
    nudge,
    of_message,
    of_thread,
    running,
    unfinished,
)
from shared.runs.writing import add_run as insert_run

UNFINISHED = ("pending", "running")

_ADD_RUN = text(
    insert_run(
        tenant_id="cast(:tenant_id AS uuid)",
        agent_id="cast(:agent_id AS uuid)",
        channel=":channel",
        thread_id=":thread_id",
        message_id=":message_id",
        payload=":payload",
        first_nudge_s=":first_nudge_s",
        attempts_before="cast(:attempt AS integer)",
        may_merge="cast(:may_merge AS boolean)",
        trigger=":trigger",
        not_before="cast(:not_before AS timestamptz)",
    )
)


async def add_run(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    agent_id: UUID,
    channel: str,
    thread_id: str,
    message_id: str,
    payload: dict[str, Any],
    first_nudge_s: float,
    attempt: int = 0,
    may_merge: bool = False,
    trigger: str = "message",
    not_before: datetime | None = None,
) -> UUID:
    """Insert a pending run, in the transaction that stores its message. The caller nudges after
    the commit; the sweep does so from `first_nudge_s` on.

    `attempt` is that of the run this one tries again: attempts of a message only ever grow, and
    those of the run before do not count against this one's limit.
    """
    added = await session.execute(
        _ADD_RUN,
        {
            "tenant_id": tenant_id,
            "agent_id": agent_id,
            "channel": str(channel),
            "thread_id": thread_id,
            "message_id": message_id,
            "payload": orjson.dumps(payload).decode(),
            "attempt": attempt,
            "first_nudge_s": first_nudge_s,
            "may_merge": may_merge,
            "trigger": trigger,
            "not_before": not_before,
        },
    )
    run_id: UUID = added.scalar_one()
    return run_id


# Named, since a migration that adds one would break what a connection has prepared with `*`.
_COLUMNS = ", ".join(f"run.{column.name}" for column in AgentRun.__table__.columns)

_RUN_OF_MESSAGE = text(
    f"""
    SELECT {_COLUMNS} FROM agent_runs AS run
     WHERE {of_message("run", ":tenant_id", ":message_id")}
     {newest("run")}
    """  # noqa: S608 - of our own constants
)


async def run_of_message(
    session: WithinTenant, tenant_id: UUID, message_id: str
) -> AgentRun | None:
    """The newest run of an inbound message."""
    newest = select(AgentRun).from_statement(_RUN_OF_MESSAGE)
    found = await session.execute(newest, {"tenant_id": tenant_id, "message_id": message_id})
    return found.scalar_one_or_none()


_RUN = text(
    f"SELECT {_COLUMNS} FROM agent_runs AS run WHERE run.id = :run_id"  # noqa: S608 - of our own constants
)


async def answering_run(session: WithinTenant, tenant_id: UUID, message_id: str) -> AgentRun | None:
    """The newest run that answers a message: its own, or that of a newer message it was answered
    together with."""
    run = await run_of_message(session, tenant_id, message_id)
    while run is not None and run.merged_into is not None:
        by_id = select(AgentRun).from_statement(_RUN)
        found = await session.execute(by_id, {"run_id": run.merged_into})
        into = found.scalar_one_or_none()
        if into is None or into.message_id is None:
            return into
        run = await run_of_message(session, tenant_id, into.message_id)
    return run


_OF_THREAD = of_thread("run", ":tenant_id", ":channel", ":thread_id")
_UNFINISHED_OF_THREAD = text(
    f"""
    SELECT {_COLUMNS} FROM agent_runs AS run
     WHERE {_OF_THREAD} AND {unfinished("run")}
     ORDER BY run.position
       FOR UPDATE OF run
    """  # noqa: S608 - of our own constants
)


async def lock_unfinished(
    session: WithinTenant, tenant_id: UUID, channel: str, thread_id: str
) -> Sequence[AgentRun]:
    """A thread's unfinished runs, the next to be answered first. Until the transaction ends nobody
    claims one, and none ends. Whoever locks several does it in this order."""
    found = await session.execute(
        select(AgentRun).from_statement(_UNFINISHED_OF_THREAD),
        {"tenant_id": tenant_id, "channel": str(channel), "thread_id": thread_id},
    )
    return found.scalars().all()


_FINISHED_BY = text(
    """
    SELECT true FROM agent_runs AS run
     WHERE run.id = :run_id AND run.worker_id = :worker_id AND run.attempt = :attempt
       AND run.state IN ('done', 'stopped', 'failed')
    """
)


async def was_finished_by(
    session: WithinTenant, run_id: UUID, worker_id: UUID, attempt: int
) -> bool:
    """Whether this worker's attempt is the one that ended the run."""
    attempted = {"run_id": run_id, "worker_id": worker_id, "attempt": attempt}
    return (await session.execute(_FINISHED_BY, attempted)).scalar_one_or_none() is not None


_REQUEST_STOP = text(
    f"""
    UPDATE agent_runs AS run
       SET stop_requested_at = coalesce(run.stop_requested_at, clock_timestamp())
     WHERE run.id = :run_id AND {unfinished("run")}
    """  # noqa: S608 - of our own constants
)


async def request_stop(session: WithinTenant, run_id: UUID) -> None:
    await session.execute(_REQUEST_STOP, {"run_id": run_id})


_CANCEL_UNFINISHED = text(
    f"""
    UPDATE agent_runs AS run
       SET state = 'cancelled', finished_at = clock_timestamp()
     WHERE {_OF_THREAD} AND {unfinished("run")}
    """  # noqa: S608 - of our own constants
)
_FORGET_PAYLOADS = text(
    f"""
    UPDATE agent_runs AS run
       SET payload = NULL
      FROM agents AS agent
     WHERE agent.tenant_id = :tenant_id
       AND run.agent_id = agent.id
       AND {_OF_THREAD}
       AND run.payload IS NOT NULL
    """  # noqa: S608 - of our own constants
)


# What was said and what with is forgotten; that something was done outside, and when, is not.
_OF_RUNS = """
       IN (SELECT run.id FROM agents AS agent
             JOIN agent_runs AS run ON run.agent_id = agent.id AND run.thread_id = :thread_id
            WHERE agent.tenant_id = :tenant_id
              AND run.tenant_id = :tenant_id AND run.channel = :channel)
"""
_FORGET_STEPS = text(
    f"""
    UPDATE run_steps AS step SET message = '{{}}' WHERE step.run_id {_OF_RUNS}
    """  # noqa: S608 - of our own constants
)
_FORGET_CALLS = text(
    f"""
    UPDATE tool_calls AS call SET args = '{{}}', result = NULL WHERE call.run_id {_OF_RUNS}
    """  # noqa: S608 - of our own constants
)


async def cancel_unfinished(
    session: WithinTenant, tenant_id: UUID, channel: str, thread_id: str
) -> None:
    """End every unfinished run of the thread, with nothing said."""
    thread = {"tenant_id": tenant_id, "channel": str(channel), "thread_id": thread_id}
    await session.execute(_CANCEL_UNFINISHED, thread)


async def cancel_thread(
    session: WithinTenant, tenant_id: UUID, channel: str, thread_id: str
) -> None:
    """End every unfinished run of the thread and forget what all its runs were about."""
    thread = {"tenant_id": tenant_id, "channel": str(channel), "thread_id": thread_id}
    await session.execute(_CANCEL_UNFINISHED, thread)
    for forget in (_FORGET_PAYLOADS, _FORGET_STEPS, _FORGET_CALLS):
        await session.execute(forget, thread)


_RETURN_TO_QUEUE = text(
    f"""
    UPDATE agent_runs AS run
       SET state = 'pending',
           worker_id = NULL,
           released = run.released + :uncounted,
           next_nudge_at = clock_timestamp()
     WHERE run.id = ANY (cast(:run_ids AS uuid[]))
       AND {is_workers("run", ":worker_id")}
    RETURNING {nudge("run")}
    """  # noqa: S608 - of our own constants
)


async def return_to_queue(
    session: SystemSession, worker_id: UUID, run_ids: Sequence[UUID], *, counted: bool
) -> list[dict[str, Any]]:
    """Give claimed runs back unanswered; payloads to nudge others with.

    `counted` says whether the attempt counts against the limit: not when a worker leaves in peace.
    """
    given = {"worker_id": worker_id, "run_ids": list(run_ids), "uncounted": 0 if counted else 1}
    rows = await session.execute(_RETURN_TO_QUEUE, given)
    return [payload for payload in rows.scalars() if payload is not None]


@dataclass(frozen=True, slots=True)
class RunNews:
    """What a worker has to know of a run. `messages` are those it answers."""

    id: UUID
    messages: list[str]
    mine: bool
    stop_requested: bool


_MESSAGES = """run.message_id || ARRAY(SELECT older.message_id FROM agent_runs AS older
                                 WHERE older.merged_into = run.id)"""
_NEWS = text(
    f"""
    SELECT run.id, {_MESSAGES}, true, run.stop_requested_at IS NOT NULL
      FROM agent_runs AS run
     WHERE run.worker_id = :worker_id AND {running("run")}
     UNION
    SELECT run.id, {_MESSAGES},
           ({is_workers("run", ":worker_id")}) IS TRUE,
           run.stop_requested_at IS NOT NULL
      FROM agent_runs AS run
     WHERE run.id = ANY (cast(:in_hand AS uuid[]))
    """  # noqa: S608 - of our own constants
)


async def news(session: SystemSession, worker_id: UUID, in_hand: Sequence[UUID]) -> list[RunNews]:
    """Of the runs in hand, and of any other the database thinks this worker answers."""
    asked = {"worker_id": worker_id, "in_hand": list(in_hand)}
    return [RunNews(*row) for row in await session.execute(_NEWS, asked)]
