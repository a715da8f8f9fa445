"""A web conversation says on which channel it is, and who may speak in it.

What rules read is never empty, and its default is a constant, which costs no rewriting. That all
rows are the web's is proved later (023), for the parent (025). No CHECK holds `handling` to what it
can be: each one is read and planned anew by every statement that writes a row, 8 µs for each
message and each answer.
"""

from alembic import op

from migrations.while_in_use import take

revision = "020"
down_revision = "019"
branch_labels = None
depends_on = None

TABLE = "web_conversations"
COLUMNS = {
    "channel": "text NOT NULL DEFAULT 'web'",
    "connection_id": "uuid",
    "external_key": "text",
    "contact_id": "uuid",
    "handling": "text NOT NULL DEFAULT 'agent'",
    "held_by": "uuid",
    "hold_epoch": "integer NOT NULL DEFAULT 0",
    "waiting_since": "timestamptz",
    "language": "text",
    "last_inbound_at": "timestamptz",
    "closed_at": "timestamptz",
}
IS_WEB = f"ADD CONSTRAINT ck_{TABLE}_channel CHECK (channel = 'web')"


def upgrade() -> None:
    take(TABLE)
    added = [f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()]
    op.execute(f"ALTER TABLE {TABLE} {', '.join(added)}, {IS_WEB} NOT VALID")


def downgrade() -> None:
    op.execute(f"ALTER TABLE {TABLE} {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
