"""Jobs: added, claimed, ended, swept; leased as runs are.

A job is added in the transaction of whoever wants it done, and the caller nudges after the commit.
It is claimed by the system, which knows every tenant's; whoever works on it does so in the job's
own tenant. A worker whose lease is over, or whose attempt is not the newest, ends nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text

from shared.db import TenantSession, WithinTenant
from shared.db.pipelined import Statement, transact
from shared.db.scopes import SystemScope
from shared.models import Job
from shared.runs.predicates import lives

UNFINISHED = ("pending", "running")

# What is there already is brought forward.
_ADD = text(
    """
    INSERT INTO jobs AS job (tenant_id, kind, subject, args, unique_key, not_before, asked_by)
    VALUES (:tenant_id, :kind, :subject, cast(:args AS jsonb), :unique_key, :not_before, :asked_by)
    ON CONFLICT (tenant_id, unique_key)
          WHERE unique_key IS NOT NULL AND state IN ('pending', 'running')
    DO UPDATE SET not_before = least(job.not_before, excluded.not_before)
    RETURNING job.id
    """
)


async def add(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    kind: str,
    subject: str,
    unique_key: str,
    args: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    asked_by: UUID | None = None,
) -> UUID:
    """The job, or the unfinished one of this `unique_key`. `args` hold ids and no text."""
    asked = {
        "tenant_id": tenant_id,
        "kind": kind,
        "subject": subject,
        "args": orjson.dumps(args or {}).decode(),
        "unique_key": unique_key,
        "not_before": not_before or datetime.now(UTC),
        "asked_by": asked_by,
    }
    added: UUID = (await session.execute(_ADD, asked)).scalar_one()
    return added


async def look_up(tenant_id: UUID, job_id: UUID) -> Job | None:
    """What became of it."""
    async with TenantSession(tenant_id) as session, session.transaction():
        found = await session.execute(select(Job).where(Job.id == job_id))
        return found.scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours at this attempt."""

    id: UUID
    tenant_id: UUID | None
    kind: str
    subject: str | None
    args: dict[str, Any]
    attempt: int


_ORPHANED = f"job.state = 'running' AND NOT {lives('job.worker_id')}"
_CLAIM = Statement(
    f"""
    UPDATE jobs AS job
       SET state = 'running', attempts = job.attempts + 1, worker_id = $2,
           started_at = clock_timestamp()
     WHERE job.id = $1 AND {lives("$2")}
       AND (job.state = 'pending' AND job.not_before <= clock_timestamp() OR {_ORPHANED})
    RETURNING job.id, job.tenant_id, job.kind, job.subject, job.args::text, job.attempts
    """  # noqa: S608 - of our own constants
)
_MINE = "job.id = $1 AND job.state = 'running' AND job.worker_id = $2 AND job.attempts = $3"
_END = Statement(
    f"""
    UPDATE jobs AS job
       SET state = $4, result = $5::jsonb, error_code = $6, finished_at = clock_timestamp()
     WHERE {_MINE}
    RETURNING true
    """  # noqa: S608 - of our own constants
)
_PUT_OFF = Statement(
    f"""
    UPDATE jobs AS job
       SET state = 'pending', worker_id = NULL, error_code = $5,
           not_before = clock_timestamp() + make_interval(secs => $4)
     WHERE {_MINE}
    """  # noqa: S608 - of our own constants
)
# The first of each tenant before the second of any.
_DUE = Statement(
    f"""
    SELECT due.id, due.tenant_id
      FROM (SELECT job.id, job.tenant_id, job.position,
                   row_number() OVER (PARTITION BY job.tenant_id ORDER BY job.position) AS place
              FROM jobs AS job
             WHERE job.state = 'pending' AND job.not_before <= clock_timestamp()
                OR {_ORPHANED}) AS due
     ORDER BY due.place, due.position LIMIT $1::integer
    """  # noqa: S608 - of our own constants
)


async def claim(job_id: UUID, worker_id: UUID) -> Claimed | None:
    """None if it is not to be had: done, another's, or not due yet."""
    (rows,) = await transact(SystemScope("jobs"), _CLAIM(job_id, worker_id))
    if not rows:
        return None
    id_, tenant_id, kind, subject, args, attempt = rows[0]
    return Claimed(id_, tenant_id, kind, subject, orjson.loads(args), attempt)


async def end(
    job: Claimed,
    worker_id: UUID,
    *,
    state: str,
    result: dict[str, Any] | None = None,
    error_code: str | None = None,
) -> bool:
    """False if it is not this worker's at this attempt any more."""
    given = orjson.dumps(result).decode() if result is not None else None
    ended = _END(job.id, worker_id, job.attempt, state, given, error_code)
    (rows,) = await transact(SystemScope("jobs"), ended)
    return bool(rows)


async def put_off(job: Claimed, worker_id: UUID, *, pause_s: float, error_code: str) -> None:
    """Try it again after a pause."""
    again = _PUT_OFF(job.id, worker_id, job.attempt, pause_s, error_code)
    await transact(SystemScope("jobs"), again)


async def due(limit: int) -> list[tuple[UUID, UUID | None]]:
    """Jobs that wait past their time or whose worker died, with their tenants."""
    (rows,) = await transact(SystemScope("jobs"), _DUE(limit))
    return [(id_, tenant_id) for id_, tenant_id in rows]
