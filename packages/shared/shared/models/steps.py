"""A run's journal: what the model said step by step, and each call of a tool before it acts."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt


class RunStep(HasCreatedAt, Base):
    """Step `n` of a run: the model's `response`, the tools' `results`, or a `note`.

    `message` is one message of the model's protocol in `format`. A plain answer writes no step.
    """

    __tablename__ = "run_steps"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "n"),
        CheckConstraint("kind IN ('response', 'results', 'note')", name="kind"),
    )

    tenant_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("agent_runs.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    kind: Mapped[str]
    message: Mapped[dict[str, Any]]
    format: Mapped[int] = mapped_column(SmallInteger)
    model: Mapped[str | None]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(20, 10))


class ToolCall(HasCreatedAt, Base):
    """Call `idx` of a step. `id` is made of run, step and index, and is the idempotency key.

    `effect` decides what becomes of a `started` call whose worker is gone: `read` is done again,
    `ours` is in one transaction with its effect and so never only started, `keyed` is done again
    with the same key, `once` is never done again and becomes `unknown`.
    """

    __tablename__ = "tool_calls"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "run_id", "n"],
            ["run_steps.tenant_id", "run_steps.run_id", "run_steps.n"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "blob_id"],
            ["files.tenant_id", "files.id"],
            ondelete="SET NULL (blob_id)",
        ),
        UniqueConstraint("run_id", "n", "idx"),
        CheckConstraint("effect IN ('read', 'ours', 'keyed', 'once')", name="effect"),
        CheckConstraint(
            "state IN ('planned', 'waiting', 'started', 'done', 'failed', 'refused', 'unknown')",
            name="state",
        ),
        CheckConstraint("octet_length(result::text) <= 32768", name="result"),
        Index(
            "ix_tool_calls_asks",
            "tenant_id",
            "state",
            postgresql_where=text("state IN ('waiting', 'unknown')"),
        ),
        Index("ix_tool_calls_started", "started_at", postgresql_where=text("state = 'started'")),
        Index("ix_tool_calls_blob_id", "blob_id", postgresql_where=text("blob_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    run_id: Mapped[UUID]
    n: Mapped[int]
    idx: Mapped[int]
    provider_call_id: Mapped[str | None]
    tool: Mapped[str]
    definition_hash: Mapped[str | None]
    connection_id: Mapped[UUID | None]
    """Of the tool server it goes to; none for our own tools."""
    args: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    args_hash: Mapped[str]
    effect: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'planned'"))
    attempt: Mapped[int]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    blob_id: Mapped[UUID | None]
    """A result of more than 32 KiB, as a file."""
    is_error: Mapped[bool] = mapped_column(server_default=text("false"))
    external_ref: Mapped[str | None]
