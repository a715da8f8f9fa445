"""SQL for the hours of businesses."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.db import AnySession
from shared.models import BusinessHours, PortalUser


class Stored(NamedTuple):
    """Hours as they are stored, and who said them."""

    hours: dict[str, Any]
    revision: int
    edited_by: str | None
    edited_at: datetime


async def find(session: AnySession, tenant_id: UUID) -> Stored | None:
    row = (
        await session.execute(
            select(
                BusinessHours.hours,
                BusinessHours.revision,
                PortalUser.display_name,
                BusinessHours.edited_at,
            )
            .outerjoin(PortalUser, PortalUser.id == BusinessHours.edited_by)
            .where(BusinessHours.tenant_id == tenant_id)
        )
    ).one_or_none()
    return Stored(*row) if row else None


async def put(
    session: AnySession,
    tenant_id: UUID,
    hours: dict[str, Any],
    *,
    by: UUID | None,
    revision: int | None,
) -> bool:
    """Store them. False if somebody has stored others since `revision`, where one is given; the
    hours of a business without any have revision 0."""
    said = {"hours": hours, "edited_by": by, "edited_at": func.clock_timestamp()}
    same = [] if revision is None else [BusinessHours.revision == revision]
    statement = (
        insert(BusinessHours)
        .values(tenant_id=tenant_id, **said)
        .on_conflict_do_update(
            index_elements=["tenant_id"],
            set_=said | {"revision": BusinessHours.revision + 1},
            where=same[0] if same else None,
        )
        .returning(BusinessHours.revision)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None
