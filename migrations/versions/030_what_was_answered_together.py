"""Runs that were merged into a run are found by it.

Most runs are merged into none and are not in the index.
"""

from alembic import op

from migrations.while_in_use import build_index

revision = "030"
down_revision = "029"
branch_labels = None
depends_on = None

INDEX = "ix_agent_runs_merged_into"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        build_index(INDEX, "agent_runs (merged_into) WHERE merged_into IS NOT NULL")


def downgrade() -> None:
    op.execute(f"DROP INDEX {INDEX}")
