"""What one tenant may use at most."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class TenantLimits(Base):
    """A tenant's own limits; None is the installation's default. Only the system writes them."""

    __tablename__ = "tenant_limits"
    __table_args__ = (
        CheckConstraint("runs_at_once > 0", name="runs_at_once"),
        CheckConstraint("messages_per_minute > 0", name="messages_per_minute"),
        CheckConstraint("tokens_per_day > 0", name="tokens_per_day"),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    runs_at_once: Mapped[int | None]
    messages_per_minute: Mapped[int | None]
    tokens_per_day: Mapped[int | None] = mapped_column(BigInteger)
