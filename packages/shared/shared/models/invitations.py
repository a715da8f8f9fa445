"""Invitations into a tenant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

UNANSWERED = "accepted_at IS NULL AND revoked_at IS NULL"


class Invitation(HasId, HasCreatedAt, Base):
    """An offer to join a tenant in a role, by a link that works once and not for ever.

    `token_hash` is the SHA-256 of the link's token. `email` is kept in lower case.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("role IN ('customer_admin', 'customer_operator')", name="role"),
        Index("ix_invitations_invited_by", "invited_by"),
        Index(
            "uq_invitations_open",
            "tenant_id",
            "email",
            unique=True,
            postgresql_where=text(UNANSWERED),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
