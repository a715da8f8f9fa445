"""How far each place was heard of an account whose platform tells us nothing unless we ask."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import always, moment
from migrations.rls import protect

revision = "037"
down_revision = "036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection_cursors",
        always("tenant_id", sa.Uuid),
        always("connection_id", sa.Uuid),
        always("place"),
        always("value"),
        moment("updated_at"),
        sa.PrimaryKeyConstraint("connection_id", "place"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_connection_cursors_tenant_id", "connection_cursors", ["tenant_id", "connection_id"]
    )
    protect("connection_cursors")


def downgrade() -> None:
    op.drop_table("connection_cursors")
