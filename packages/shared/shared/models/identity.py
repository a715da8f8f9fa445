"""People, their roles and their log-in sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class PortalUser(HasId, HasCreatedAt, Base):
    """A person. `email` is kept in lower case."""

    __tablename__ = "portal_users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    # Only the system may read it, and only a log-in asks for it.
    password_hash: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    is_platform_admin: Mapped[bool] = mapped_column(server_default=text("false"))
    disabled_at: Mapped[datetime | None]


class Membership(HasCreatedAt, Base):
    """A person's role in a tenant."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('customer_admin', 'customer_operator')", name="role"),
        Index("ix_memberships_user_id", "user_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("portal_users.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str]


class PortalSessionRecord(HasId, HasCreatedAt, Base):
    """A log-in. Access tokens name it; revoking it ends them.

    `refresh_hash` is the SHA-256 of the refresh token given last, `previous_refresh_hash` that of
    the one it was given for, `given_up_refresh_hash` that of one given for the same and taken for
    lost: presented after all it means theft, and the session is revoked.
    """

    __tablename__ = "portal_sessions"
    __table_args__ = (Index("ix_portal_sessions_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), index=True
    )
    refresh_hash: Mapped[str | None] = mapped_column(unique=True)
    previous_refresh_hash: Mapped[str | None] = mapped_column(index=True)
    given_up_refresh_hash: Mapped[str | None] = mapped_column(index=True)
    rotated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
