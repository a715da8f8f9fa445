"""Worker leases: which worker processes live.

They belong to no tenant and hold no tenant's data. Everyone may read them, because claiming a run
asks whether its worker still lives; only the system writes them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.rls import force_row_level_security

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_leases",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_worker_leases_expires_at", "worker_leases", ["expires_at"])
    force_row_level_security("worker_leases", tenant_column=None)
    op.execute("CREATE POLICY anyone_reads ON worker_leases FOR SELECT USING (true)")
    op.execute("GRANT SELECT ON worker_leases TO konstruct_app")


def downgrade() -> None:
    op.drop_table("worker_leases")
