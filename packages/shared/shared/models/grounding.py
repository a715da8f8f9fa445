"""What is kept beside answers from knowledge: how they came about, and what nobody could answer."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

_MESSAGE = ["messages.tenant_id", "messages.channel", "messages.id"]
_AGENT = ["agents.tenant_id", "agents.id"]


class AnswerRules(Base):
    """How an agent answers from what it knows; without a row as the defaults say."""

    __tablename__ = "answer_rules"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "agent_id"], _AGENT, ondelete="CASCADE"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    requires_source: Mapped[bool] = mapped_column(server_default=text("true"))
    """What nothing supports is not answered: it says so and calls a person."""
    link_hosts: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    """To which an answer may link, beside those of its sources."""


class AnswerTrace(HasCreatedAt, Base):
    """Why an answer says what it says. For the business's own people alone.

    `way` is how it came about: `model`, `quoted` or `not_known`. `passages` are those it was made
    from, with their scores and places, in the order of their numbers.
    """

    __tablename__ = "answer_traces"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "channel", "message_id"], _MESSAGE, ondelete="CASCADE"),
        Index("ix_answer_traces_created_at", "created_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID]
    way: Mapped[str]
    supported: Mapped[bool]
    whole: Mapped[bool]
    model: Mapped[str | None]
    passages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    took_ms: Mapped[dict[str, Any]] = mapped_column(JSONB)


class KnowledgeQuestion(HasId, Base):
    """A question that was answered without a source. What was asked and said is read from the
    messages, and goes with them. For the business's own people alone."""

    __tablename__ = "knowledge_questions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "message_id"),
        ForeignKeyConstraint(["tenant_id", "channel", "message_id"], _MESSAGE, ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "agent_id"], _AGENT, ondelete="CASCADE"),
        Index("ix_knowledge_questions_asked_at", "asked_at"),
        Index("ix_knowledge_questions_agent_id", "tenant_id", "agent_id"),
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, server_default=func.gen_random_uuid()
    )
    tenant_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    channel: Mapped[str]
    message_id: Mapped[UUID]
    answer_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    """Who asked: a portal user or a contact."""
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    closed_at: Mapped[datetime | None]
    """Since somebody has answered it."""
