"""Log-ins that ended long ago are forgotten, and found without reading all of them."""

from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_portal_sessions_expires_at", "portal_sessions", ["expires_at"])
    op.create_index("ix_portal_sessions_tenant_id", "portal_sessions", ["tenant_id"])


def downgrade() -> None:
    op.drop_index("ix_portal_sessions_tenant_id", "portal_sessions")
    op.drop_index("ix_portal_sessions_expires_at", "portal_sessions")
