"""SQL for versions of agents, their drafts, and who edited last."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.agents.spec import Spec
from shared.db import AnySession
from shared.models import AgentVersion, PortalUser

DRAFT = 0


class Version(NamedTuple):
    """A version or the draft (`n` 0). `by_name` is None where nobody of the business made it."""

    n: int
    spec: Spec
    at: datetime
    by_user: UUID | None
    by_name: str | None
    note: str | None = None
    restores: int | None = None


_VERSION = select(
    AgentVersion.n,
    AgentVersion.spec,
    AgentVersion.at,
    AgentVersion.by_user,
    PortalUser.display_name,
    AgentVersion.note,
    AgentVersion.restores,
).outerjoin(PortalUser, PortalUser.id == AgentVersion.by_user)


async def find(session: AnySession, tenant_id: UUID, agent_id: UUID, n: int) -> Version | None:
    statement = _VERSION.where(
        AgentVersion.tenant_id == tenant_id, AgentVersion.agent_id == agent_id, AgentVersion.n == n
    )
    row = (await session.execute(statement)).one_or_none()
    return Version(*row) if row else None


async def newest(
    session: AnySession, tenant_id: UUID, agent_id: UUID, *, before: int | None, limit: int
) -> Sequence[Version]:
    """Published versions, newest first; with `before` those that are older."""
    statement = _VERSION.where(
        AgentVersion.tenant_id == tenant_id,
        AgentVersion.agent_id == agent_id,
        AgentVersion.n > DRAFT,
        *([AgentVersion.n < before] if before is not None else []),
    )
    rows = await session.execute(statement.order_by(AgentVersion.n.desc()).limit(limit))
    return [Version(*row) for row in rows]


async def add(
    session: AnySession,
    *,
    tenant_id: UUID,
    agent_id: UUID,
    n: int,
    spec: Spec,
    by: UUID | None,
    note: str | None,
    restores: int | None = None,
    at: datetime | None = None,
) -> None:
    """A published version. One that is there stays."""
    values = {} if at is None else {"at": at}
    await session.execute(
        insert(AgentVersion)
        .values(
            tenant_id=tenant_id,
            agent_id=agent_id,
            n=n,
            state="published",
            spec=spec,
            by_user=by,
            note=note,
            restores=restores,
            **values,
        )
        .on_conflict_do_nothing()
    )


async def put_draft(
    session: AnySession, *, tenant_id: UUID, agent_id: UUID, spec: Spec, by: UUID | None
) -> None:
    """Make the draft, or replace it."""
    said = {"spec": spec, "by_user": by, "at": func.clock_timestamp()}
    await session.execute(
        insert(AgentVersion)
        .values(tenant_id=tenant_id, agent_id=agent_id, n=DRAFT, state="draft", **said)
        .on_conflict_do_update(index_elements=["tenant_id", "agent_id", "n"], set_=said)
    )


async def drop_draft(session: AnySession, tenant_id: UUID, agent_id: UUID) -> None:
    await session.execute(
        delete(AgentVersion).where(
            AgentVersion.tenant_id == tenant_id,
            AgentVersion.agent_id == agent_id,
            AgentVersion.n == DRAFT,
        )
    )


async def name_of(session: AnySession, user_id: UUID | None) -> str | None:
    """What a member is called; None for who is none."""
    if user_id is None:
        return None
    return (
        await session.execute(select(PortalUser.display_name).where(PortalUser.id == user_id))
    ).scalar_one_or_none()
