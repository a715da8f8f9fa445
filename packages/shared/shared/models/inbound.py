"""What platforms told us, so that what is told again is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class InboundEvent(HasId, HasCreatedAt, Base):
    """Something that was stored, or that an admin must see (then `note` says why).

    `delivery_id` is the platform's, where it promises that it is unique and is one message. What
    the message is stands in (place, external_message_id, revision); an edit has a revision of its
    own. `kind` is `message`, `edit` or `delete`, `sent_at` the platform's time. Our message is
    named without a foreign key: what was heard stays heard after a reset.
    """

    __tablename__ = "inbound_events"
    __table_args__ = (
        UniqueConstraint("connection_id", "delivery_id"),
        UniqueConstraint(
            "connection_id",
            "place",
            "external_message_id",
            "revision",
            name="uq_inbound_events_message",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
        Index("ix_inbound_events_created_at", "created_at"),
        Index("ix_inbound_events_connection_id", "connection_id", "created_at"),
    )

    tenant_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    delivery_id: Mapped[str | None]
    place: Mapped[str]
    external_message_id: Mapped[str]
    revision: Mapped[str] = mapped_column(server_default=text("''"))
    kind: Mapped[str] = mapped_column(server_default=text("'message'"))
    channel: Mapped[str | None]
    conversation_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
    note: Mapped[str | None]
    sent_at: Mapped[datetime | None]
