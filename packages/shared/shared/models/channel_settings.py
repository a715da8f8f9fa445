"""What a business has said in its name on outside channels."""

from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class ChannelSettings(Base):
    """One row a tenant; a tenant without one has the defaults.

    `says_machine`: people are told that a machine writes. `language` is for people whose own is
    not known. `wording` has the tenant's own sentences by kind and language.
    """

    __tablename__ = "channel_settings"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    says_machine: Mapped[bool] = mapped_column(server_default=text("true"))
    language: Mapped[str] = mapped_column(server_default=text("'en'"))
    wording: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSONB, server_default=text("'{}'::jsonb")
    )
