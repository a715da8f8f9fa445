"""Agent runs: the durable record of "this message must be answered"."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import force_row_level_security

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("state IN ('pending', 'running')")


def upgrade() -> None:
    op.create_table(
        "agent_runs",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payload", postgresql.JSONB()),
        sa.Column("state", sa.Text(), nullable=False, server_default=sa.text("'pending'")),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("released", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("worker_id", sa.Uuid()),
        sa.Column("stop_requested_at", sa.DateTime(timezone=True)),
        sa.Column("nudges", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_nudge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("error_code", sa.Text()),
        sa.Column("input_tokens", sa.Integer()),
        sa.Column("output_tokens", sa.Integer()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'done', 'stopped', 'failed', 'cancelled')",
            name="state",
        ),
    )
    op.create_index(
        "ix_agent_runs_unfinished",
        "agent_runs",
        ["tenant_id", "channel", "thread_id", "position"],
        postgresql_where=UNFINISHED,
    )
    op.create_index(
        "ix_agent_runs_due", "agent_runs", ["next_nudge_at"], postgresql_where=UNFINISHED
    )
    op.create_index(
        "ix_agent_runs_worker_id",
        "agent_runs",
        ["worker_id"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_agent_runs_message_id", "agent_runs", ["tenant_id", "message_id"])
    op.create_index("ix_agent_runs_agent", "agent_runs", ["tenant_id", "agent_id"])
    op.create_index(
        "uq_agent_runs_unfinished_message",
        "agent_runs",
        ["tenant_id", "message_id"],
        unique=True,
        postgresql_where=UNFINISHED,
    )
    force_row_level_security("agent_runs")


def downgrade() -> None:
    op.drop_table("agent_runs")
