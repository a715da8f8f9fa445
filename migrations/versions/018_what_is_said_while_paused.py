"""What a business wants people to see while an employee is paused, in one sentence of its own."""

import sqlalchemy as sa
from alembic import op

revision = "018"
down_revision = "017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("paused_notice", sa.Text()))


def downgrade() -> None:
    op.drop_column("agents", "paused_notice")
