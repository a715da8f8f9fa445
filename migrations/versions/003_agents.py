"""Agents: the AI employees."""

import sqlalchemy as sa
from alembic import op

from migrations.rls import force_row_level_security

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("instructions", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("model", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False, server_default=sa.text("'active'")),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        # What composite foreign keys point at: a reference that crosses tenants cannot be stored.
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint("status IN ('active', 'paused')", name="status"),
    )
    op.create_index(
        "uq_agents_tenant_id_lower_name",
        "agents",
        ["tenant_id", sa.text("lower(name)")],
        unique=True,
    )
    force_row_level_security("agents")


def downgrade() -> None:
    op.drop_table("agents")
