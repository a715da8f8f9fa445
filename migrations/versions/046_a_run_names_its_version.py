"""Which version of its agent a run was answered by; None for runs claimed before there were any."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import maybe
from migrations.while_in_use import take

revision = "046"
down_revision = "045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("agent_runs")
    op.add_column("agent_runs", maybe("agent_version", sa.Integer))


def downgrade() -> None:
    op.drop_column("agent_runs", "agent_version")
