"""People without a log-in, and what they are called on a channel."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class Contact(HasId, HasCreatedAt, Base):
    """Somebody who writes to a business on a channel, or visits its page. One who has opted out
    is written to no more."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("tenant_id", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    display_name: Mapped[str | None]
    language: Mapped[str | None]
    opted_out_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ContactAddress(HasId, HasCreatedAt, Base):
    """What a contact is called on an account. For the business's own people alone.

    `external_id` is the id that the platform promises to keep. A `number` may move to another: it
    is for looking at, and whoever gets it inherits nothing.
    """

    __tablename__ = "contact_addresses"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
        Index("ix_contact_addresses_contact_id", "contact_id"),
        Index(
            "ix_contact_addresses_number",
            "connection_id",
            "number",
            postgresql_where=text("number IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    external_id: Mapped[str]
    display_name: Mapped[str | None]
    number: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
