"""Channel connections: a tenant's accounts on Slack, WhatsApp and the others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import force_row_level_security

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None

CHANNELS = "'slack', 'whatsapp', 'mattermost', 'rocketchat', 'teams', 'telegram', 'signal'"


def upgrade() -> None:
    op.create_table(
        "channel_connections",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid()),
        sa.Column("channel_type", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column(
            "config", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")
        ),
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
        sa.UniqueConstraint("tenant_id", "channel_type", "workspace_id"),
        sa.CheckConstraint(f"channel_type IN ({CHANNELS})", name="channel_type"),
    )
    op.create_index(
        "ix_channel_connections_agent", "channel_connections", ["tenant_id", "agent_id"]
    )
    force_row_level_security("channel_connections")


def downgrade() -> None:
    op.drop_table("channel_connections")
