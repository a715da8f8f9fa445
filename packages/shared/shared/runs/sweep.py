"""What waits past its time, in the whole installation: found and nudged, or counted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.db import SystemSession
from shared.runs.predicates import (
    holds,
    is_due,
    is_head_of_its_thread,
    may_begin,
    nudge,
    nudged_by_the_sweep,
    room_of,
)

OLDEST_LOOKED_AT = 1_000

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
    RETURNING {nudge("run")}
    """  # noqa: S608 - of our own constants
)


async def take_due(
    session: SystemSession, *, limit: int, max_nudge_s: float, runs_at_once: int
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
           (SELECT extract(epoch FROM clock_timestamp()
                                   - min(greatest(old.created_at, old.not_before)))
              FROM (SELECT run.* FROM agent_runs AS run
                     WHERE {nudged_by_the_sweep("run")}
                       AND run.state = 'pending' AND NOT run.waits_for_room
                       AND {may_begin("run")}
                     ORDER BY run.created_at LIMIT {OLDEST_LOOKED_AT}) AS old
             WHERE {is_head_of_its_thread("old")}) AS oldest_pending_s,
           (SELECT extract(epoch FROM clock_timestamp() - run.next_nudge_at)
              FROM agent_runs AS run
             WHERE {is_due("run")} AND NOT run.waits_for_room
             ORDER BY run.next_nudge_at LIMIT 1) AS oldest_nudge_s,
           (SELECT count(*) FROM worker_leases AS lease WHERE {holds("lease")}) AS workers
      FROM agent_runs AS run
     WHERE {nudged_by_the_sweep("run")}
    """  # noqa: S608 - of our own constants
)


async def backlog(session: SystemSession) -> Backlog:
    """What waits, and how many workers live."""
    row = (await session.execute(_BACKLOG)).one()
    return Backlog(
        pending=row.pending,
        running=row.running,
        oldest_pending_s=float(row.oldest_pending_s or 0),
        oldest_nudge_s=float(row.oldest_nudge_s or 0),
        workers=row.workers,
    )
