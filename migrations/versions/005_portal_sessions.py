"""Log-in sessions: refresh tokens, and what ends access tokens before they expire.

They belong to people, who may be in several tenants: only the system sees them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.rls import force_row_level_security

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portal_sessions",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid()),
        sa.Column("refresh_hash", sa.Text(), unique=True),
        sa.Column("previous_refresh_hash", sa.Text()),
        sa.Column(
            "rotated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["portal_users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_portal_sessions_user_id", "portal_sessions", ["user_id"])
    op.create_index(
        "ix_portal_sessions_previous_refresh_hash", "portal_sessions", ["previous_refresh_hash"]
    )
    force_row_level_security("portal_sessions", tenant_column=None)


def downgrade() -> None:
    op.drop_table("portal_sessions")
