"""Messages of all channels, of which the web's (`chat.py`) are a part.

`messages` is partitioned by `channel`, as `conversations` is. It has no foreign key: each part has
its own to its own part of the conversations.
"""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

ROLE = "role IN ('user', 'assistant')"
STATUS = "status IN ('complete', 'stopped', 'failed', 'merged')"
AUTHOR_KIND = "author_kind IN ('user', 'contact', 'agent', 'member', 'system')"
OUTCOME = "role = 'assistant' AND status <> 'failed'"


class IsMessage:
    """What every message has. `seq` orders a conversation; an answer's `reply_to` is what it
    answers.

    `role` says on whose side it was written, `author_kind` by whom: a `user` of the portal, a
    `contact`, the `agent`, a `member` of the business, or the `system` (a notice). An empty one
    means what the role says. `content` is what a person reads, `parts` are its files and buttons.
    `status` is `complete` for a person's message; an answer may also be `stopped`; `failed`, and
    then has an `error_code`; or `merged`, empty, when a newer message's answer is also the one to
    this. `finish` is one of `shared.events.Finish`. `client_message_id` is the client's own id on
    the web and in the widget.
    """

    tenant_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    role: Mapped[str]
    author_kind: Mapped[str | None]
    author_id: Mapped[UUID | None]
    content: Mapped[str]
    parts: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(server_default=text("'complete'"))
    reply_to: Mapped[UUID | None]
    client_message_id: Mapped[str | None]
    error_code: Mapped[str | None]
    finish: Mapped[str | None]


class Message(IsMessage, HasCreatedAt, Base):
    """One message, on whatever channel."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "id"),
        {"postgresql_partition_by": "LIST (channel)"},
    )
    __mapper_args__ = {"primary_key": ["id"]}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[UUID] = mapped_column(default=uuid4, server_default=func.gen_random_uuid())
    channel: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())


class ChannelMessage(HasId, IsMessage, HasCreatedAt, Base):
    """The part of `messages` that is not the web's."""

    __tablename__ = "channel_messages"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "id"),
        UniqueConstraint("conversation_id", "id"),
        UniqueConstraint("conversation_id", "seq"),
        ForeignKeyConstraint(
            ["tenant_id", "channel", "conversation_id"],
            [f"channel_conversations.{column}" for column in ("tenant_id", "channel", "id")],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["conversation_id", "reply_to"],
            ["channel_messages.conversation_id", "channel_messages.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(ROLE, name="role"),
        CheckConstraint(STATUS, name="status"),
        CheckConstraint(AUTHOR_KIND, name="author_kind"),
        Index(
            "uq_channel_messages_client_message_id",
            "conversation_id",
            "client_message_id",
            unique=True,
            postgresql_where=text("client_message_id IS NOT NULL"),
        ),
        Index(
            "ix_channel_messages_reply_to",
            "conversation_id",
            "reply_to",
            postgresql_where=text("reply_to IS NOT NULL"),
        ),
        Index(
            "uq_channel_messages_outcome",
            "reply_to",
            unique=True,
            postgresql_where=text(OUTCOME),
        ),
    )

    channel: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
