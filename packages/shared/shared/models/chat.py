"""Web chat: one conversation per person and agent, and its messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class WebConversation(HasId, HasCreatedAt, Base):
    """What one person and one agent say to each other.

    `last_seq` is the newest message's number. Who inserts a message takes the next one under this
    row's lock (a trigger does it for all who do not, so no writer can forget); it never restarts.
    What is at or below `reset_seq` was deleted by a reset.
    """

    __tablename__ = "web_conversations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "agent_id", "user_id"),
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        Index("ix_web_conversations_user_id", "user_id", "tenant_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    reset_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class WebConversationMessage(HasId, HasCreatedAt, Base):
    """One message. `seq` orders a conversation; an answer's `reply_to` is what it answers.

    `status` is `complete` for a user's message; an answer may also be `stopped` or `failed`, and
    then has an `error_code`. `finish` is one of `shared.events.Finish`.
    """

    __tablename__ = "web_conversation_messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["web_conversations.tenant_id", "web_conversations.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("conversation_id", "id"),
        UniqueConstraint("conversation_id", "seq"),
        ForeignKeyConstraint(
            ["conversation_id", "reply_to"],
            ["web_conversation_messages.conversation_id", "web_conversation_messages.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("role IN ('user', 'assistant')", name="role"),
        CheckConstraint("status IN ('complete', 'stopped', 'failed')", name="status"),
        Index(
            "ix_web_conversation_messages_conversation_id_created_at",
            "conversation_id",
            "created_at",
        ),
        Index(
            "uq_web_conversation_messages_client_message_id",
            "conversation_id",
            "client_message_id",
            unique=True,
            postgresql_where=text("client_message_id IS NOT NULL"),
        ),
        Index(
            "ix_web_conversation_messages_reply_to",
            "conversation_id",
            "reply_to",
            postgresql_where=text("reply_to IS NOT NULL"),
        ),
        Index(
            "uq_web_conversation_messages_outcome",
            "reply_to",
            unique=True,
            postgresql_where=text("role = 'assistant' AND status <> 'failed'"),
        ),
    )

    tenant_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    role: Mapped[str]
    content: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'complete'"))
    seq: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    reply_to: Mapped[UUID | None]
    client_message_id: Mapped[str | None]
    error_code: Mapped[str | None]
    finish: Mapped[str | None]
