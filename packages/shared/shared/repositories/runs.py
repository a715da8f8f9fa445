"""Agent runs and worker leases: what to nudge, what is given back, what became of a run.

How a run is claimed and ended stands in `turns`. A thread is (tenant, channel, thread_id). Its runs
are answered in order of `position`, so only its oldest unfinished run may be claimed. Whoever also
changes a conversation locks that first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from shared.models import AgentRun, WorkerLease

UNFINISHED = ("pending", "running")

OLDEST_LOOKED_AT = 1_000
_now = func.clock_timestamp()
_is_pending = AgentRun.state == "pending"


def _lease_is_over() -> Any:
    """The run's worker has no lease, or one that ran out."""
    return ~exists().where(WorkerLease.id == AgentRun.worker_id, WorkerLease.expires_at > _now)


def _claimable() -> Any:
    return or_(_is_pending, and_(AgentRun.state == "running", _lease_is_over()))


def _is_head_of_its_thread() -> Any:
    older = aliased(AgentRun)
    return ~exists().where(
        older.tenant_id == AgentRun.tenant_id,
        older.channel == AgentRun.channel,
        older.thread_id == AgentRun.thread_id,
        older.position < AgentRun.position,
        older.state.in_(UNFINISHED),
    )


def _is_due() -> Any:
    """The head of a thread that waits or was orphaned past its time."""
    return and_(
        AgentRun.state.in_(UNFINISHED),
        AgentRun.next_nudge_at <= _now,
        _claimable(),
        _is_head_of_its_thread(),
    )


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


async def run_of_message(
    session: AsyncSession, tenant_id: UUID, message_id: str
) -> AgentRun | None:
    """The newest run of an inbound message."""
    return (
        await session.execute(
            select(AgentRun)
            .where(AgentRun.tenant_id == tenant_id, AgentRun.message_id == message_id)
            .order_by(AgentRun.position.desc())
            .limit(1)
        )
    ).scalar_one_or_none()


async def unfinished_runs(
    session: AsyncSession, tenant_id: UUID, channel: str, thread_id: str
) -> Sequence[AgentRun]:
    """A thread's unfinished runs, the next to be answered first."""
    return (
        (
            await session.execute(
                select(AgentRun)
                .where(
                    AgentRun.tenant_id == tenant_id,
                    AgentRun.channel == channel,
                    AgentRun.thread_id == thread_id,
                    AgentRun.state.in_(UNFINISHED),
                )
                .order_by(AgentRun.position)
            )
        )
        .scalars()
        .all()
    )


async def was_finished_by(
    session: AsyncSession, run_id: UUID, worker_id: UUID, attempt: int
) -> bool:
    """Whether this worker's attempt is the one that ended the run."""
    return (
        await session.execute(
            select(AgentRun.id).where(
                AgentRun.id == run_id,
                AgentRun.worker_id == worker_id,
                AgentRun.attempt == attempt,
                AgentRun.state.in_(("done", "stopped", "failed")),
            )
        )
    ).scalar_one_or_none() is not None


async def finish_pending(session: AsyncSession, run_id: UUID, *, state: str) -> bool:
    """End a run nobody works on: stopped before it began. False if somebody does."""
    ended = await session.execute(
        update(AgentRun)
        .where(AgentRun.id == run_id, AgentRun.state == "pending")
        .values(state=state, finished_at=_now)
        .returning(AgentRun.id)
        .execution_options(synchronize_session=False)
    )
    return ended.scalar_one_or_none() is not None


async def request_stop(session: AsyncSession, run_id: UUID) -> None:
    await session.execute(
        update(AgentRun)
        .where(AgentRun.id == run_id, AgentRun.state.in_(UNFINISHED))
        .values(stop_requested_at=func.coalesce(AgentRun.stop_requested_at, _now))
        .execution_options(synchronize_session=False)
    )


async def cancel_thread(
    session: AsyncSession, tenant_id: UUID, channel: str, thread_id: str
) -> None:
    """End every unfinished run of the thread and forget what all its runs were about."""
    thread = (
        AgentRun.tenant_id == tenant_id,
        AgentRun.channel == channel,
        AgentRun.thread_id == thread_id,
    )
    await session.execute(
        update(AgentRun)
        .where(*thread, AgentRun.state.in_(UNFINISHED))
        .values(state="cancelled", finished_at=_now)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(AgentRun)
        .where(*thread, AgentRun.payload.is_not(None))
        .values(payload=None)
        .execution_options(synchronize_session=False)
    )


async def take_due(
    session: AsyncSession, *, limit: int, max_nudge_s: float, runs_at_once: int
) -> list[dict[str, Any]]:
    """Heads of threads that wait or were orphaned past their time; payloads to nudge with.

    Of each tenant as many as it has room for, the first of each before the second of any; those
    it has no room for stay due. Each one's next time is set twice as far out as the last, up to
    `max_nudge_s`. Rows another sweep holds are skipped.
    """
    place = func.row_number().over(partition_by=AgentRun.tenant_id, order_by=AgentRun.position)
    due = select(AgentRun.id, AgentRun.tenant_id, place.label("place")).where(_is_due()).cte("due")
    tenants = select(due.c.tenant_id).distinct().subquery()
    room = select(
        tenants.c.tenant_id, func.tenant_room(tenants.c.tenant_id, runs_at_once).label("room")
    ).cte("room")
    chosen = (
        select(due.c.id)
        .join(room, room.c.tenant_id == due.c.tenant_id)
        .where(due.c.place <= room.c.room)
        .order_by(due.c.place)
        .limit(limit)
    )
    taken = (
        select(AgentRun.id)
        .where(AgentRun.id.in_(chosen), AgentRun.next_nudge_at <= _now)
        .with_for_update(skip_locked=True)
    )
    delay_s = func.least(func.power(2.0, func.least(AgentRun.nudges + 1, 16)), max_nudge_s)
    rows = await session.execute(
        update(AgentRun)
        .where(AgentRun.id.in_(taken))
        .values(
            nudges=AgentRun.nudges + 1,
            next_nudge_at=_now + delay_s * text("interval '1 second'"),
        )
        .returning(AgentRun.payload)
        .execution_options(synchronize_session=False)
    )
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


async def backlog(session: AsyncSession) -> Backlog:
    """What waits, and how many workers live."""
    pending, running = (
        await session.execute(
            select(func.count().filter(_is_pending), func.count().filter(~_is_pending)).where(
                AgentRun.state.in_(UNFINISHED)
            )
        )
    ).one()
    # Of the oldest ones alone is it asked whether they are behind another of their thread: with
    # 100,000 waiting, to ask it of all takes half a second.
    oldest = (
        select(AgentRun.id)
        .where(_is_pending, ~AgentRun.waits_for_room)
        .order_by(AgentRun.created_at)
        .limit(OLDEST_LOOKED_AT)
    )
    waiting_s = select(func.extract("epoch", _now - func.min(AgentRun.created_at))).where(
        AgentRun.id.in_(oldest), _is_head_of_its_thread()
    )
    due_s = (
        select(func.extract("epoch", _now - AgentRun.next_nudge_at))
        .where(_is_due(), ~AgentRun.waits_for_room)
        .order_by(AgentRun.next_nudge_at)
        .limit(1)
    )
    workers = select(func.count()).where(WorkerLease.expires_at > _now)
    return Backlog(
        pending=pending,
        running=running,
        oldest_pending_s=float((await session.execute(waiting_s)).scalar_one_or_none() or 0),
        oldest_nudge_s=float((await session.execute(due_s)).scalar_one_or_none() or 0),
        workers=(await session.execute(workers)).scalar_one(),
    )


async def release(
    session: AsyncSession, worker_id: UUID, run_ids: Sequence[UUID], *, counted: bool
) -> list[dict[str, Any]]:
    """Give claimed runs back unanswered; payloads to nudge others with.

    `counted` says whether the attempt counts against the limit: not when a worker leaves in peace.
    """
    rows = await session.execute(
        update(AgentRun)
        .where(
            AgentRun.id.in_(run_ids),
            AgentRun.state == "running",
            AgentRun.worker_id == worker_id,
        )
        .values(
            state="pending",
            worker_id=None,
            released=AgentRun.released + (0 if counted else 1),
            next_nudge_at=_now,
        )
        .returning(AgentRun.payload)
        .execution_options(synchronize_session=False)
    )
    return [payload for payload in rows.scalars() if payload is not None]


@dataclass(frozen=True, slots=True)
class RunNews:
    """What a worker has to know of a run."""

    id: UUID
    message_id: str
    mine: bool
    stop_requested: bool


async def news(session: AsyncSession, worker_id: UUID, in_hand: Sequence[UUID]) -> list[RunNews]:
    """Of the runs in hand, and of any other the database thinks this worker answers."""
    mine = and_(AgentRun.state == "running", AgentRun.worker_id == worker_id)
    rows = await session.execute(
        select(
            AgentRun.id, AgentRun.message_id, mine, AgentRun.stop_requested_at.is_not(None)
        ).where(or_(mine, AgentRun.id.in_(in_hand)))
    )
    return [RunNews(id_, message, bool(is_mine), stop) for id_, message, is_mine, stop in rows]


async def renew_lease(session: AsyncSession, worker_id: UUID, *, name: str, ttl_s: float) -> None:
    """Say that this worker lives for another `ttl_s`, by the database's clock."""
    expires_at = _now + timedelta(seconds=ttl_s)
    await session.execute(
        insert(WorkerLease)
        .values(id=worker_id, name=name, started_at=_now, expires_at=expires_at)
        .on_conflict_do_update(index_elements=["id"], set_={"expires_at": expires_at})
    )


async def live_workers(session: AsyncSession) -> Sequence[str]:
    """The names of the worker processes whose lease is good now."""
    names = select(WorkerLease.name).where(WorkerLease.expires_at > _now)
    return (await session.execute(names.order_by(WorkerLease.started_at))).scalars().all()


async def end_lease(session: AsyncSession, worker_id: UUID) -> None:
    await session.execute(delete(WorkerLease).where(WorkerLease.id == worker_id))


async def forget_dead_leases(session: AsyncSession, *, older_than_s: float) -> None:
    """Remove leases that ran out long ago, so that the table does not grow."""
    await session.execute(
        delete(WorkerLease).where(WorkerLease.expires_at < _now - timedelta(seconds=older_than_s))
    )
