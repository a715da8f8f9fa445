"""Conversations of all channels, of which the web's (`chat.py`) are a part.

`conversations` is partitioned by `channel`: read and written through it, a statement that names the
channel touches one part alone. A column of any part is a column of all (docs/decisions/0031).
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    desc,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

HANDLING = "handling IN ('agent', 'waiting', 'human')"
HELD = "handling <> 'agent'"


class HasHolder:
    """What every conversation has, and how it is handled.

    `handling` is who may speak: the `agent`; the agent or nobody while it is `waiting` for a
    person; or the `human` in `held_by`. `hold_epoch` counts each change. `held_by` has no foreign
    key: whoever has left is found where holds expire.
    """

    tenant_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    handling: Mapped[str] = mapped_column(server_default=text("'agent'"))
    held_by: Mapped[UUID | None]
    hold_epoch: Mapped[int] = mapped_column(server_default=text("0"))
    waiting_since: Mapped[datetime | None]
    language: Mapped[str | None]
    last_inbound_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The newest message's number. It never restarts."""
    reset_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """What is at or below it was deleted by a reset."""


class Conversation(HasHolder, HasCreatedAt, Base):
    """What an agent and somebody say to each other, on whatever channel.

    On a channel it is found by `external_key`: place and thread there, or our contact's id where
    one person writes to one account and there are no threads. It is about a portal user or about a
    contact; a group's is about nobody, and its messages have authors.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "id"),
        {"postgresql_partition_by": "LIST (channel)"},
    )
    __mapper_args__ = {"primary_key": ["id"]}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[UUID] = mapped_column(default=uuid4, server_default=func.gen_random_uuid())
    channel: Mapped[str]
    connection_id: Mapped[UUID | None]
    external_key: Mapped[str | None]
    user_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]


class ChannelConversation(HasId, HasHolder, HasCreatedAt, Base):
    """The part of `conversations` that is not the web's. A widget's visitor is a contact, its
    connection the door it came in by."""

    __tablename__ = "channel_conversations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "id"),
        UniqueConstraint("connection_id", "external_key"),
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="RESTRICT",
        ),
        CheckConstraint(HANDLING, name="handling"),
        CheckConstraint("num_nonnulls(user_id, contact_id) <= 1", name="one_person"),
        Index("ix_channel_conversations_updated_at", "tenant_id", desc("updated_at")),
        Index(
            "ix_channel_conversations_held",
            "tenant_id",
            "waiting_since",
            postgresql_where=text(HELD),
        ),
        Index("ix_channel_conversations_agent_id", "agent_id"),
        Index(
            "ix_channel_conversations_contact_id",
            "contact_id",
            postgresql_where=text("contact_id IS NOT NULL"),
        ),
        Index(
            "ix_channel_conversations_user_id",
            "user_id",
            postgresql_where=text("user_id IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    channel: Mapped[str]
    connection_id: Mapped[UUID]
    external_key: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID | None]
