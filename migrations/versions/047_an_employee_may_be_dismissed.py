"""An employee that was dismissed answers nobody any more. Its conversations stay."""

from alembic import op

from migrations.columns import TIME, maybe
from migrations.while_in_use import take

revision = "047"
down_revision = "046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("agents")
    op.add_column("agents", maybe("dismissed_at", TIME))
    op.create_check_constraint("dismissed", "agents", "dismissed_at IS NULL OR status = 'paused'")


def downgrade() -> None:
    op.drop_column("agents", "dismissed_at")
