"""Secrets of tenants: sealed, or as a digest."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class Secret(HasId, HasCreatedAt, Base):
    """One secret value of the row `owner_id` of `owner_table`.

    `send` is opened by workers alone; `verify` by gateways too; of `compare` only the SHA-256 is
    kept. The application's role may write `sealed` and not read it.
    """

    __tablename__ = "secrets"
    __table_args__ = (
        UniqueConstraint("owner_table", "owner_id", "field"),
        Index("ix_secrets_tenant_id", "tenant_id"),
        Index("ix_secrets_key_id", "key_id", "id"),
        CheckConstraint("purpose IN ('send', 'verify', 'compare')", name="purpose"),
        CheckConstraint(
            "CASE WHEN purpose = 'compare'"
            " THEN sha256 IS NOT NULL AND sealed IS NULL AND key_id IS NULL"
            " ELSE sha256 IS NULL AND sealed IS NOT NULL AND key_id IS NOT NULL END",
            name="kept_one_way",
        ),
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    owner_table: Mapped[str]
    owner_id: Mapped[UUID]
    field: Mapped[str]
    purpose: Mapped[str]
    key_id: Mapped[str | None]
    sha256: Mapped[str | None]
    sealed: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
