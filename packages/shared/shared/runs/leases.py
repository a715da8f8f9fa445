"""Worker leases: which worker processes live, by the database's clock."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert

from shared.db import SystemSession, WithinTenant
from shared.models import WorkerLease
from shared.runs.predicates import holds

_now = func.clock_timestamp()
_LIVE = text(
    f"SELECT lease.name FROM worker_leases AS lease WHERE {holds('lease')}"  # noqa: S608 - our own
    " ORDER BY lease.started_at"
)


async def renew_lease(
    session: SystemSession, worker_id: UUID, *, name: str, version: str, ttl_s: float
) -> None:
    """Say that this worker, of this version, lives for another `ttl_s`, by the database's clock."""
    expires_at = _now + timedelta(seconds=ttl_s)
    await session.execute(
        insert(WorkerLease)
        .values(id=worker_id, name=name, version=version, started_at=_now, expires_at=expires_at)
        .on_conflict_do_update(index_elements=["id"], set_={"expires_at": expires_at})
    )


async def live_workers(session: SystemSession) -> Sequence[str]:
    """The names of the worker processes whose lease is good now."""
    return (await session.execute(_LIVE)).scalars().all()


_OLDER_LIVES = text(
    "SELECT EXISTS (SELECT FROM worker_leases AS lease"  # noqa: S608 - our own
    f" WHERE {holds('lease')} AND lease.version IS NULL)"
)


async def older_version_lives(session: WithinTenant) -> bool:
    """Whether a worker is alive that knows nothing of people who take conversations over."""
    return bool((await session.execute(_OLDER_LIVES)).scalar_one())


async def end_lease(session: SystemSession, worker_id: UUID) -> None:
    await session.execute(delete(WorkerLease).where(WorkerLease.id == worker_id))
