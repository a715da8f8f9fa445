"""The durable record of "this message must be answered", and the workers' leases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

UNFINISHED = "state IN ('pending', 'running')"


class AgentRun(HasId, HasCreatedAt, Base):
    """An inbound message that must be answered, or another reason to work, for every channel.

    Runs of a thread (tenant, channel, thread_id) are answered one after the other in order of
    `position`. `message_id` is the inbound message's id, and empty if the `trigger` is no message.
    A worker owns a running run for as long
    as its lease holds and the run's `attempt` is the one it claimed.
    """

    __tablename__ = "agent_runs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        CheckConstraint(
            "state IN ('pending', 'running', 'done', 'stopped', 'failed', 'cancelled', 'merged')",
            name="state",
        ),
        # Each for one kind of look-up, and useless for all others: see
        # runs/predicates.py.
        Index(
            "ix_agent_runs_unfinished",
            "thread_id",
            postgresql_using="hash",
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "ix_agent_runs_running",
            "tenant_id",
            "worker_id",
            postgresql_where=text("state = 'running' AND attempt >= 0"),
        ),
        Index(
            "ix_agent_runs_waiting",
            "tenant_id",
            "position",
            postgresql_where=text("waits_for_room AND state = 'pending'"),
        ),
        Index(
            "ix_agent_runs_due",
            "next_nudge_at",
            postgresql_where=text(f"{UNFINISHED} AND next_nudge_at < 'infinity'"),
        ),
        Index("ix_agent_runs_message_id", "message_id"),
        Index(
            "ix_agent_runs_merged_into",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        Index("ix_agent_runs_thread", "agent_id", "thread_id"),
        Index(
            "ix_agent_runs_usage",
            "tenant_id",
            "finished_at",
            postgresql_include=["input_tokens", "output_tokens"],
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    channel: Mapped[str]
    thread_id: Mapped[str]
    message_id: Mapped[str | None]
    trigger: Mapped[str] = mapped_column(server_default=text("'message'"))
    """`message`, `decision`, `schedule`, `event`, `delegation`, `test` or `give_back`."""
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The KonstructMessage and the channel's extras; emptied by a reset."""
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    released: Mapped[int] = mapped_column(server_default=text("0"))
    """Attempts that ended because their worker left; they do not count against the limit."""
    worker_id: Mapped[UUID | None]
    waits_for_room: Mapped[bool] = mapped_column(server_default=text("false"))
    """It was refused because its tenant has as many runs at once as it may."""
    stop_requested_at: Mapped[datetime | None]
    nudges: Mapped[int] = mapped_column(server_default=text("0"))
    next_nudge_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    """It is not claimed earlier: its author may be about to say more."""
    may_merge: Mapped[bool] = mapped_column(server_default=text("false"))
    """It may be answered together with the next one of its author; known when it is made."""
    merged_into: Mapped[UUID | None]
    """The run that answers with it, once its state is `merged`."""
    edited: Mapped[int] = mapped_column(server_default=text("0"))
    """How often its message was edited before anybody claimed it."""
    agent_version: Mapped[int | None]
    """Which of its agent's versions the last claim found."""
    error_code: Mapped[str | None]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]


class WorkerLease(Base):
    """A worker process and until when its claims hold. Belongs to no tenant."""

    __tablename__ = "worker_leases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[str | None]
    """Of Konstruct, since there was more than one that matters; before, none."""
