"""A question is tried out on an employee, in no conversation."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import protect

revision = "042"
down_revision = "041"
branch_labels = None
depends_on = None

TABLE = "knowledge_trials"


def upgrade() -> None:
    op.create_table(
        TABLE,
        key(),
        always("tenant_id", sa.Uuid),
        always("agent_id", sa.Uuid),
        always("question"),
        maybe("answer"),
        always("knows", sa.Boolean, "false"),
        always("citations", JSON, "'[]'::jsonb"),
        maybe("answered_at", TIME),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_knowledge_trials_agent_id", TABLE, ["tenant_id", "agent_id"])
    op.create_index("ix_knowledge_trials_created_at", TABLE, ["created_at"])
    protect(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
