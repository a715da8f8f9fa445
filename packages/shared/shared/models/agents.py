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
        CheckConstraint("dismissed_at IS NULL OR status = 'paused'", name="dismissed"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=text("''"))
    instructions: Mapped[str] = mapped_column(server_default=text("''"))
    model: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    paused_notice: Mapped[str | None]
    dismissed_at: Mapped[datetime | None]
    """It works here no more; what was said with it stays."""
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
    greeting: Mapped[str] = mapped_column(server_default=text("''"))
    """What it says before anybody has asked."""
    starters: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Questions that are offered to whoever has not asked yet."""
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Its own hours, as `shared.tenants.hours` has them; None for those of the business."""
    about: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What else its template said, for whoever exports it."""
    published_version: Mapped[int] = mapped_column(server_default=text("1"))
    """The version this row is; runs name it."""
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    """Counts the edits of what it is and of its draft."""
    edited_by: Mapped[UUID | None]
    """Who made the last of them; None for a command."""
    edited_at: Mapped[datetime | None]


class AgentVersion(Base):
    """What an agent was from a moment on; as a draft, what it may become.

    An agent has one draft at most, whose `n` is 0. A draft answers nobody.
    """

    __tablename__ = "agent_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('draft', 'published')", name="state"),
        CheckConstraint("(n = 0) = (state = 'draft')", name="n_of_a_draft"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """As `shared.agents.spec` reads it."""
    by_user: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    note: Mapped[str | None]
    restores: Mapped[int | None]
    """The older version it is again."""


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
