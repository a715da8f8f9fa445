"""Web chat: one conversation per person and agent, and its messages.

They are the part `'web'` of `conversations` and `messages`, and what is on every web message's way
names them and not the whole. Their CHECKs are few: each is read and planned anew by every statement
that writes a row.
"""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId
from shared.models.conversations import HELD, HasHolder
from shared.models.messages import OUTCOME, ROLE, STATUS, IsMessage


class WebConversation(HasId, HasHolder, HasCreatedAt, Base):
    """What one person and one agent say to each other.

    Who inserts a message takes the number after `last_seq` under this row's lock; a trigger does it
    for all who do not, so no writer can forget.
    """

    __tablename__ = "web_conversations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "agent_id", "user_id"),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "channel", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        Index("ix_web_conversations_user_id", "user_id", "tenant_id"),
        # Nothing in it changes with a message, which would else be written into every index.
        Index(
            "ix_web_conversations_held", "tenant_id", "waiting_since", postgresql_where=text(HELD)
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(server_default=text("'web'"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    connection_id: Mapped[UUID | None]
    external_key: Mapped[str | None]
    contact_id: Mapped[UUID | None]
    """These three are of other channels, and here because every part has every column."""


class WebConversationMessage(HasId, IsMessage, HasCreatedAt, Base):
    """One message of the web chat."""

    __tablename__ = "web_conversation_messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["web_conversations.tenant_id", "web_conversations.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("tenant_id", "channel", "id"),
        UniqueConstraint("conversation_id", "id"),
        UniqueConstraint("conversation_id", "seq"),
        ForeignKeyConstraint(
            ["conversation_id", "reply_to"],
            ["web_conversation_messages.conversation_id", "web_conversation_messages.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(ROLE, name="role"),
        CheckConstraint(STATUS, name="status"),
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
            postgresql_where=text(OUTCOME),
        ),
    )

    channel: Mapped[str] = mapped_column(server_default=text("'web'"))
    seq: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
