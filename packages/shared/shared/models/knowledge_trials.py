"""Questions that somebody of a business tries out on its employees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class KnowledgeTrial(HasId, HasCreatedAt, Base):
    """A question put to an employee in no conversation, and what it answered. `knows` is false
    where nothing that it was given says anything about it."""

    __tablename__ = "knowledge_trials"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        Index("ix_knowledge_trials_agent_id", "tenant_id", "agent_id"),
        Index("ix_knowledge_trials_created_at", "created_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID]
    question: Mapped[str]
    answer: Mapped[str | None]
    knows: Mapped[bool] = mapped_column(server_default=text("false"))
    citations: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb")
    )
    answered_at: Mapped[datetime | None]
