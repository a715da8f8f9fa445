"""Secrets of tenants: sealed before they come here, written by the application, not read by it.

Those without a tenant are the installation's own, seen by the system alone.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import always, key, maybe, moment
from migrations.rls import protect

revision = "034"
down_revision = "033"
branch_labels = None
depends_on = None

READABLE = (
    "id", "tenant_id", "owner_table", "owner_id", "field", "purpose", "key_id", "sha256",
    "created_at",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "secrets",
        key(),
        maybe("tenant_id", sa.Uuid),
        always("owner_table"),
        always("owner_id", sa.Uuid),
        always("field"),
        always("purpose"),
        maybe("key_id"),
        maybe("sha256"),
        maybe("sealed"),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("owner_table", "owner_id", "field"),
        sa.CheckConstraint("purpose IN ('send', 'verify', 'compare')", name="purpose"),
        sa.CheckConstraint(
            "CASE WHEN purpose = 'compare'"
            " THEN sha256 IS NOT NULL AND sealed IS NULL AND key_id IS NULL"
            " ELSE sha256 IS NULL AND sealed IS NOT NULL AND key_id IS NOT NULL END",
            name="kept_one_way",
        ),
    )
    op.create_index("ix_secrets_tenant_id", "secrets", ["tenant_id"])
    op.create_index("ix_secrets_key_id", "secrets", ["key_id", "id"])
    protect("secrets", readable=READABLE)


def downgrade() -> None:
    op.drop_table("secrets")
