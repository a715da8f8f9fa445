"""One act, written down in the transaction in which it is done: either both are, or neither."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from shared.db import AnySession
from shared.models import AuditEvent


async def record(
    session: AnySession,
    *,
    tenant_id: UUID | None,
    actor_kind: str,
    actor: UUID | None,
    action: str,
    object_kind: str | None = None,
    object_id: UUID | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Rows are only added, and belong to the tenant they are about; without one, to the
    installation. `details` are ids and names of what changed, never anybody's words."""
    await session.execute(
        insert(AuditEvent).values(
            tenant_id=tenant_id,
            actor_kind=actor_kind,
            actor=str(actor) if actor else None,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id) if object_id else None,
            reason=reason,
            details=details or {},
        )
    )
