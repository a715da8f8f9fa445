"""Whether an employee goes on answering while its conversation waits for a person."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import always
from migrations.while_in_use import take

revision = "032"
down_revision = "031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("agents")
    op.add_column("agents", always("helps_while_waiting", sa.Boolean, "false"))


def downgrade() -> None:
    op.drop_column("agents", "helps_while_waiting")
