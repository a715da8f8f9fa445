"""When an account was last heard of, and what of it could not be sent, without reading all."""

from alembic import op

from migrations.while_in_use import build_index, outside_of_a_transaction

revision = "036"
down_revision = "035"
branch_labels = None
depends_on = None

HEARD, NOT_SENT = "ix_inbound_events_connection_id", "ix_deliveries_not_sent"


def upgrade() -> None:
    with outside_of_a_transaction():
        build_index(HEARD, "inbound_events (connection_id, created_at)")
        build_index(NOT_SENT, "deliveries (connection_id) WHERE state IN ('dead', 'unsure')")


def downgrade() -> None:
    op.drop_index(NOT_SENT, "deliveries")
    op.drop_index(HEARD, "inbound_events")
