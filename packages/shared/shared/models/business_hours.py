"""When a business is open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class BusinessHours(Base):
    """A tenant's hours, as `shared.tenants.hours` reads them; without a row it never said any."""

    __tablename__ = "business_hours"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    hours: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    edited_by: Mapped[UUID | None]
    edited_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
