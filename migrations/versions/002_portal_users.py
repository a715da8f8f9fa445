"""People, and their roles in tenants.

A tenant sees the people who are its members, and no others; only the system writes people.
"""

import sqlalchemy as sa
from alembic import op

from migrations.rls import CURRENT_TENANT, force_row_level_security

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portal_users",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("email", sa.Text(), nullable=False, unique=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column(
            "is_platform_admin", sa.Boolean(), nullable=False, server_default=sa.text("false")
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_users.id"], ondelete="CASCADE"),
        sa.CheckConstraint("role IN ('customer_admin', 'customer_operator')", name="role"),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])
    force_row_level_security("memberships")

    force_row_level_security("portal_users", tenant_column=None)
    op.execute(
        f"""
        CREATE POLICY tenant_members ON portal_users FOR SELECT USING (EXISTS (
            SELECT FROM memberships m
            WHERE m.user_id = portal_users.id AND m.tenant_id = {CURRENT_TENANT}))
        """
    )
    # Not the password's hash: only the system, which logs people in, needs it.
    op.execute(
        "GRANT SELECT (id, email, display_name, is_platform_admin, disabled_at, created_at)"
        " ON portal_users TO konstruct_app"
    )


def downgrade() -> None:
    op.execute("DROP POLICY tenant_members ON portal_users")
    op.drop_table("memberships")
    op.drop_table("portal_users")
