"""Work that is leased and swept and is no run."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class Job(HasId, HasCreatedAt, Base):
    """Something a worker does, once, some time after `not_before`.

    Of one `unique_key` a tenant has one unfinished job. `args` hold ids and no text or secret,
    `result` neither, and 4 KiB at most. `worker_id` has it as a run's worker has the run: for as
    long as its lease holds. A job without a tenant is the system's alone.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint("octet_length(result::text) <= 4096", name="result"),
        Index(
            "uq_jobs_open",
            "tenant_id",
            "unique_key",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("unique_key IS NOT NULL AND state IN ('pending', 'running')"),
        ),
        Index("ix_jobs_due", "not_before", postgresql_where=text("state = 'pending'")),
        Index("ix_jobs_running", "worker_id", postgresql_where=text("state = 'running'")),
        Index(
            "ix_jobs_finished_at",
            "finished_at",
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
        Index("ix_jobs_tenant_id", "tenant_id"),
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    subject: Mapped[str | None]
    args: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    unique_key: Mapped[str | None]
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    worker_id: Mapped[UUID | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error_code: Mapped[str | None]
    asked_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
