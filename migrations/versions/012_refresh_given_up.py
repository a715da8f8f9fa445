"""Refresh tokens that were given and never seen: a lost response must not look like a theft."""

import sqlalchemy as sa
from alembic import op

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("portal_sessions", sa.Column("given_up_refresh_hash", sa.Text()))
    op.create_index(
        "ix_portal_sessions_given_up_refresh_hash", "portal_sessions", ["given_up_refresh_hash"]
    )


def downgrade() -> None:
    op.drop_column("portal_sessions", "given_up_refresh_hash")
