"""AI employees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class Agent(HasId, HasCreatedAt, Base):
    """An AI employee of a tenant. `model` is None for the installation's default, `paused_notice`
    if the business says nothing more to people than that it is paused."""

    __tablename__ = "agents"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "llm_key_id"],
            ["llm_keys.tenant_id", "llm_keys.id"],
            ondelete="SET NULL (llm_key_id)",
        ),
        CheckConstraint("status IN ('active', 'paused')", name="status"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=text("''"))
    instructions: Mapped[str] = mapped_column(server_default=text("''"))
    model: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    paused_notice: Mapped[str | None]
    helps_while_waiting: Mapped[bool] = mapped_column(server_default=text("false"))
    """It goes on answering while its conversation waits for a person."""
    tools: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Names of what it can do beside talking."""
    knows: Mapped[bool] = mapped_column(server_default=text("false"))
    """It may read some source of knowledge. The database keeps this true."""
    llm_key_id: Mapped[UUID | None]
    """The business's key that answers for it; None leaves that to the business's default."""
    model_chain: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Who answers for it, one after the other, as `agents.model_chain` works it out of the above;
    None is the installation's model alone."""


class AgentCounter(Base):
    """A number that an agent keeps."""

    __tablename__ = "agent_counters"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
    )

    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    value: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


Index("uq_agents_tenant_id_lower_name", Agent.tenant_id, func.lower(Agent.name), unique=True)
