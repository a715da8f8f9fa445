"""What waits for one of the business's own people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class AttentionItem(HasId, HasCreatedAt, Base):
    """One thing to look at: there is one open item of a kind about a subject. For the business's
    own people alone."""

    __tablename__ = "attention_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "channel", "conversation_id"],
            ["conversations.tenant_id", "conversations.channel", "conversations.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("(channel IS NULL) = (conversation_id IS NULL)", name="conversation"),
        Index(
            "uq_attention_items_open",
            "tenant_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_attention_items_conversation", "tenant_id", "channel", "conversation_id"),
        Index("ix_attention_items_agent_id", "agent_id"),
        Index(
            "ix_attention_items_resolved_at",
            "resolved_at",
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    subject: Mapped[str]
    agent_id: Mapped[UUID | None]
    channel: Mapped[str | None]
    conversation_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    due_at: Mapped[datetime | None]
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
