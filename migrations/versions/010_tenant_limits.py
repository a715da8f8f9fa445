"""What one tenant may use at most, where it is not the installation's default.

A tenant reads its own limits and cannot change them: only the system writes. Tokens a day are
summed from the runs that ended that day, over an index that holds all the sum needs.
"""

import sqlalchemy as sa
from alembic import op

from migrations.rls import CURRENT_TENANT, force_row_level_security

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant_limits",
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        sa.Column("runs_at_once", sa.Integer()),
        sa.Column("messages_per_minute", sa.Integer()),
        sa.Column("tokens_per_day", sa.BigInteger()),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.CheckConstraint("runs_at_once > 0", name="runs_at_once"),
        sa.CheckConstraint("messages_per_minute > 0", name="messages_per_minute"),
        sa.CheckConstraint("tokens_per_day > 0", name="tokens_per_day"),
    )
    force_row_level_security("tenant_limits", tenant_column=None)
    op.execute(
        "CREATE POLICY tenant_reads ON tenant_limits FOR SELECT"
        f" USING (tenant_id = {CURRENT_TENANT})"
    )
    op.execute("GRANT SELECT ON tenant_limits TO konstruct_app")
    op.create_index(
        "ix_agent_runs_usage",
        "agent_runs",
        ["tenant_id", "finished_at"],
        postgresql_include=["input_tokens", "output_tokens"],
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_agent_runs_usage", "agent_runs")
    op.drop_table("tenant_limits")
