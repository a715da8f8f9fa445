"""What a run did, step by step, and each call of a tool before it acts.

A step hangs on its run by the run's id alone: a key that named the tenant too would be one index
more, written for each message. Who adds one takes the tenant from the run that it has locked.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "029"
down_revision = "028"
branch_labels = None
depends_on = None

LARGEST_RESULT = 32 * 1024


def upgrade() -> None:
    op.create_table(
        "run_steps",
        always("tenant_id", sa.Uuid),
        always("run_id", sa.Uuid),
        always("n", sa.Integer),
        always("attempt", sa.Integer),
        always("kind"),
        always("message", JSON),
        always("format", sa.SmallInteger),
        maybe("model"),
        maybe("input_tokens", sa.Integer),
        maybe("output_tokens", sa.Integer),
        maybe("cost", sa.Numeric(20, 10)),
        moment("created_at"),
        sa.PrimaryKeyConstraint("run_id", "n"),
        sa.UniqueConstraint("tenant_id", "run_id", "n"),
        sa.CheckConstraint("kind IN ('response', 'results', 'note')", name="kind"),
    )
    protect("run_steps")

    op.create_table(
        "tool_calls",
        sa.Column("id", sa.Uuid, primary_key=True),
        always("tenant_id", sa.Uuid),
        always("run_id", sa.Uuid),
        always("n", sa.Integer),
        always("idx", sa.Integer),
        maybe("provider_call_id"),
        always("tool"),
        maybe("definition_hash"),
        maybe("connection_id", sa.Uuid),
        always("args", JSON, "'{}'::jsonb"),
        always("args_hash"),
        always("effect"),
        always("state", default="'planned'"),
        always("attempt", sa.Integer),
        maybe("started_at", TIME),
        maybe("finished_at", TIME),
        maybe("result", JSON),
        maybe("blob_id", sa.Uuid),
        always("is_error", sa.Boolean, "false"),
        maybe("external_ref"),
        moment("created_at"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id", "n"],
            [f"run_steps.{column}" for column in ("tenant_id", "run_id", "n")],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "blob_id"],
            ["files.tenant_id", "files.id"],
            ondelete="SET NULL (blob_id)",
        ),
        sa.UniqueConstraint("run_id", "n", "idx"),
        sa.CheckConstraint("effect IN ('read', 'ours', 'keyed', 'once')", name="effect"),
        sa.CheckConstraint(
            "state IN ('planned', 'waiting', 'started', 'done', 'failed', 'refused', 'unknown')",
            name="state",
        ),
        sa.CheckConstraint(f"octet_length(result::text) <= {LARGEST_RESULT}", name="result"),
    )
    for name, on in {
        "asks": "(tenant_id, state) WHERE state IN ('waiting', 'unknown')",
        "blob_id": "(blob_id) WHERE blob_id IS NOT NULL",
    }.items():
        op.execute(f"CREATE INDEX ix_tool_calls_{name} ON tool_calls {on}")
    protect("tool_calls")
    take("agent_runs", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(None, "run_steps", "agent_runs", ["run_id"], ["id"], ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("tool_calls")
    op.drop_table("run_steps")
