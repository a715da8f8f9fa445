"""Agent runs and worker leases: what to nudge, what is given back, what became of a run.

How a run is claimed and ended stands in `turns`. A thread is (tenant, channel, thread_id). Its runs
are answered in order of `position`, so only its oldest unfinished run may be claimed. Whoever also
changes a conversation locks that first. Each statement is written here once, so that a test can ask
PostgreSQL which index it takes (tests/integration/test_plans.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.models import AgentRun
from shared.runs.predicates import (
    is_due,
    is_head_of_its_thread,
    nudged_by_the_sweep,
    room_of,
    running,
    unfinished,
)

UNFINISHED = ("pending", "running")

OLDEST_LOOKED_AT = 1_000

_ADD_RUN = text(
    """
    INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,
                            attempt, released, next_nudge_at)
    VALUES (:tenant_id, :agent_id, :channel, :thread_id, :message_id, cast(:payload AS jsonb),
            :attempt, :attempt, clock_timestamp() + make_interval(secs => :first_nudge_s))
    """
)


async def add_run(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    agent_id: UUID,
    channel: str,
    thread_id: str,
    message_id: str,
    payload: dict[str, Any],
    first_nudge_s: float,
    attempt: int = 0,
) -> None:
    """Insert a pending run, in the transaction that stores its message. The caller nudges after
    the commit; the sweep does so from `first_nudge_s` on.

    `attempt` is that of the run this one tries again: attempts of a message only ever grow, and
    those of the run before do not count against this one's limit.
    """
    await session.execute(
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
        },
    )


_RUN_OF_MESSAGE = text(
    """
    SELECT * FROM agent_runs AS run
     WHERE run.tenant_id = :tenant_id AND run.message_id = :message_id
     ORDER BY run.position DESC LIMIT 1
    """
)


async def run_of_message(
    session: AsyncSession, tenant_id: UUID, message_id: str
) -> AgentRun | None:
    """The newest run of an inbound message."""
    newest = select(AgentRun).from_statement(_RUN_OF_MESSAGE)
    found = await session.execute(newest, {"tenant_id": tenant_id, "message_id": message_id})
    return found.scalar_one_or_none()


_UNFINISHED_OF_THREAD = text(
    f"""
    SELECT * FROM agent_runs AS run
     WHERE run.tenant_id = :tenant_id AND run.channel = :channel AND run.thread_id = :thread_id
       AND {unfinished("run")}
     ORDER BY run.position
    """  # noqa: S608 - of our own constants
)


async def unfinished_runs(
    session: AsyncSession, tenant_id: UUID, channel: str, thread_id: str
) -> Sequence[AgentRun]:
    """A thread's unfinished runs, the next to be answered first."""
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
    session: AsyncSession, run_id: UUID, worker_id: UUID, attempt: int
) -> bool:
    """Whether this worker's attempt is the one that ended the run."""
    attempted = {"run_id": run_id, "worker_id": worker_id, "attempt": attempt}
    return (await session.execute(_FINISHED_BY, attempted)).scalar_one_or_none() is not None


_FINISH_PENDING = text(
    """
    UPDATE agent_runs AS run
       SET state = :state, finished_at = clock_timestamp()
     WHERE run.id = :run_id AND run.state = 'pending'
    RETURNING true
    """
)


async def finish_pending(session: AsyncSession, run_id: UUID, *, state: str) -> bool:
    """End a run nobody works on: stopped before it began. False if somebody does."""
    ended = await session.execute(_FINISH_PENDING, {"run_id": run_id, "state": state})
    return ended.scalar_one_or_none() is not None


_REQUEST_STOP = text(
    f"""
    UPDATE agent_runs AS run
       SET stop_requested_at = coalesce(run.stop_requested_at, clock_timestamp())
     WHERE run.id = :run_id AND {unfinished("run")}
    """  # noqa: S608 - of our own constants
)


async def request_stop(session: AsyncSession, run_id: UUID) -> None:
    await session.execute(_REQUEST_STOP, {"run_id": run_id})


_CANCEL_UNFINISHED = text(
    f"""
    UPDATE agent_runs AS run
       SET state = 'cancelled', finished_at = clock_timestamp()
     WHERE run.tenant_id = :tenant_id AND run.channel = :channel AND run.thread_id = :thread_id
       AND {unfinished("run")}
    """  # noqa: S608 - of our own constants
)
_FORGET_PAYLOADS = text(
    """
    UPDATE agent_runs AS run
       SET payload = NULL
      FROM agents AS agent
     WHERE agent.tenant_id = :tenant_id
       AND run.agent_id = agent.id AND run.thread_id = :thread_id
       AND run.tenant_id = :tenant_id AND run.channel = :channel
       AND run.payload IS NOT NULL
    """
)


async def cancel_thread(
    session: AsyncSession, tenant_id: UUID, channel: str, thread_id: str
) -> None:
    """End every unfinished run of the thread and forget what all its runs were about."""
    thread = {"tenant_id": tenant_id, "channel": str(channel), "thread_id": thread_id}
    await session.execute(_CANCEL_UNFINISHED, thread)
    await session.execute(_FORGET_PAYLOADS, thread)


_TAKE_DUE = text(
    f"""
    WITH due AS (
        SELECT run.id, run.tenant_id,
               row_number() OVER (PARTITION BY run.tenant_id ORDER BY run.position) AS place
          FROM agent_runs AS run
         WHERE {is_due("run")}
    ), room AS (
        SELECT tenant.tenant_id,
               {room_of("tenant.tenant_id", "cast(:runs_at_once AS integer)")} AS room
          FROM (SELECT DISTINCT tenant_id FROM due) AS tenant
    ), chosen AS MATERIALIZED (
        SELECT due.id FROM due JOIN room ON room.tenant_id = due.tenant_id
         WHERE due.place <= room.room
         ORDER BY due.place LIMIT :limit
    ), taken AS MATERIALIZED (
        SELECT run.id FROM agent_runs AS run
         WHERE run.id = ANY (ARRAY(SELECT chosen.id FROM chosen))
           AND run.next_nudge_at <= clock_timestamp()
           FOR UPDATE SKIP LOCKED
    )
    UPDATE agent_runs AS run
       SET nudges = run.nudges + 1,
           next_nudge_at = clock_timestamp()
               + least(power(2, least(run.nudges + 1, 16)), :max_nudge_s) * interval '1 second'
     WHERE run.id = ANY (ARRAY(SELECT taken.id FROM taken))
    RETURNING run.payload
    """  # noqa: S608 - of our own constants
)


async def take_due(
    session: AsyncSession, *, limit: int, max_nudge_s: float, runs_at_once: int
) -> list[dict[str, Any]]:
    """Heads of threads that wait or were orphaned past their time; payloads to nudge with.

    Of each tenant as many as it has room for, the first of each before the second of any; those
    it has no room for stay due. Each one's next time is set twice as far out as the last, up to
    `max_nudge_s`. Rows another sweep holds are skipped.
    """
    bounds = {"limit": limit, "max_nudge_s": max_nudge_s, "runs_at_once": runs_at_once}
    rows = await session.execute(_TAKE_DUE, bounds)
    return [payload for payload in rows.scalars() if payload is not None]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the whole installation; ages in seconds, 0 when nothing waits."""

    pending: float
    running: float
    oldest_pending_s: float
    """Of those somebody could work on: not behind another, nor of a tenant with all its runs."""
    oldest_nudge_s: float
    """How long the run that the sweep should have nudged first has been due."""
    workers: float


# Of the oldest ones alone is it asked whether they are behind another of their thread: with
# 100,000 waiting, to ask it of all takes half a second.
_BACKLOG = text(
    f"""
    SELECT count(*) FILTER (WHERE run.state = 'pending') AS pending,
           count(*) FILTER (WHERE run.state = 'running') AS running,
           (SELECT extract(epoch FROM clock_timestamp() - min(old.created_at))
              FROM (SELECT run.* FROM agent_runs AS run
                     WHERE {nudged_by_the_sweep("run")}
                       AND run.state = 'pending' AND NOT run.waits_for_room
                     ORDER BY run.created_at LIMIT {OLDEST_LOOKED_AT}) AS old
             WHERE {is_head_of_its_thread("old")}) AS oldest_pending_s,
           (SELECT extract(epoch FROM clock_timestamp() - run.next_nudge_at)
              FROM agent_runs AS run
             WHERE {is_due("run")} AND NOT run.waits_for_room
             ORDER BY run.next_nudge_at LIMIT 1) AS oldest_nudge_s,
           (SELECT count(*) FROM worker_leases AS lease
             WHERE lease.expires_at > clock_timestamp()) AS workers
      FROM agent_runs AS run
     WHERE {nudged_by_the_sweep("run")}
    """  # noqa: S608 - of our own constants
)


async def backlog(session: AsyncSession) -> Backlog:
    """What waits, and how many workers live."""
    row = (await session.execute(_BACKLOG)).one()
    return Backlog(
        pending=row.pending,
        running=row.running,
        oldest_pending_s=float(row.oldest_pending_s or 0),
        oldest_nudge_s=float(row.oldest_nudge_s or 0),
        workers=row.workers,
    )


_RETURN_TO_QUEUE = text(
    """
    UPDATE agent_runs AS run
       SET state = 'pending',
           worker_id = NULL,
           released = run.released + :uncounted,
           next_nudge_at = clock_timestamp()
     WHERE run.id = ANY (cast(:run_ids AS uuid[]))
       AND run.state = 'running' AND run.worker_id = :worker_id
    RETURNING run.payload
    """
)


async def return_to_queue(
    session: AsyncSession, worker_id: UUID, run_ids: Sequence[UUID], *, counted: bool
) -> list[dict[str, Any]]:
    """Give claimed runs back unanswered; payloads to nudge others with.

    `counted` says whether the attempt counts against the limit: not when a worker leaves in peace.
    """
    given = {"worker_id": worker_id, "run_ids": list(run_ids), "uncounted": 0 if counted else 1}
    rows = await session.execute(_RETURN_TO_QUEUE, given)
    return [payload for payload in rows.scalars() if payload is not None]


@dataclass(frozen=True, slots=True)
class RunNews:
    """What a worker has to know of a run."""

    id: UUID
    message_id: str
    mine: bool
    stop_requested: bool


_NEWS = text(
    f"""
    SELECT run.id, run.message_id, true, run.stop_requested_at IS NOT NULL
      FROM agent_runs AS run
     WHERE run.worker_id = :worker_id AND {running("run")}
     UNION
    SELECT run.id, run.message_id,
           run.state = 'running' AND run.worker_id IS NOT DISTINCT FROM :worker_id,
           run.stop_requested_at IS NOT NULL
      FROM agent_runs AS run
     WHERE run.id = ANY (cast(:in_hand AS uuid[]))
    """  # noqa: S608 - of our own constants
)


async def news(session: AsyncSession, worker_id: UUID, in_hand: Sequence[UUID]) -> list[RunNews]:
    """Of the runs in hand, and of any other the database thinks this worker answers."""
    asked = {"worker_id": worker_id, "in_hand": list(in_hand)}
    return [RunNews(*row) for row in await session.execute(_NEWS, asked)]
