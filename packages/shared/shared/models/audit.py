"""Who did what, for those who have to be able to say so later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasId


class AuditEvent(HasId, Base):
    """One act. Rows are only added, by anybody, and outlive the tenant they are about.

    `actor` is a pseudonym, and `details` name what changed and hold no text of anybody's. Without
    a tenant it is about the installation, and the system's alone.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_tenant_id_at", "tenant_id", "at"),)

    tenant_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor_kind: Mapped[str]
    actor: Mapped[str | None]
    session_id: Mapped[UUID | None]
    key_id: Mapped[UUID | None]
    action: Mapped[str]
    object_kind: Mapped[str | None]
    object_id: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(server_default=text("'done'"))
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
