"""An agent's row names the tools it has, and a tool keeps counters for it."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, always, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "031"
down_revision = "030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_counters",
        always("agent_id", sa.Uuid),
        always("name"),
        always("tenant_id", sa.Uuid),
        always("value", sa.BigInteger),
        moment("updated_at"),
        sa.PrimaryKeyConstraint("agent_id", "name"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
    )
    protect("agent_counters")
    # Calls that were begun for a run nobody goes on with are looked for by their age.
    op.execute(
        "CREATE INDEX ix_tool_calls_started ON tool_calls (started_at) WHERE state = 'started'"
    )
    take("agents")
    op.add_column("agents", always("tools", JSON, "'[]'::jsonb"))


def downgrade() -> None:
    op.drop_column("agents", "tools")
    op.execute("DROP INDEX ix_tool_calls_started")
    op.drop_table("agent_counters")
