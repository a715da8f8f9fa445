"""A web message may say who wrote it, hold files and buttons, and be answered with others.

`merged` is the outcome of a message that was answered together with a newer one. An `author_kind`
that is empty means what `role` says: old rows are not written anew.
"""

from alembic import op

from migrations.while_in_use import take

revision = "021"
down_revision = "020"
branch_labels = None
depends_on = None

TABLE = "web_conversation_messages"
COLUMNS = {
    "channel": "text NOT NULL DEFAULT 'web'",
    "author_kind": "text",
    "author_id": "uuid",
    "parts": "jsonb",
}
STATUS = f"ck_{TABLE}_status"
CHECKS = {
    f"ck_{TABLE}_channel": "channel = 'web'",
    STATUS: "status IN ('complete', 'stopped', 'failed', 'merged')",
}


def upgrade() -> None:
    take(TABLE)
    changes = [f"DROP CONSTRAINT {STATUS}"]
    changes += [f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()]
    changes += [f"ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID" for name, rule in CHECKS.items()]
    op.execute(f"ALTER TABLE {TABLE} {', '.join(changes)}")


def downgrade() -> None:
    # Forced row-level security hides every row from the owner too.
    op.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"UPDATE {TABLE} SET status = 'stopped' WHERE status = 'merged'")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {STATUS}")
    op.execute(f"ALTER TABLE {TABLE} {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {STATUS}"
        " CHECK (status IN ('complete', 'stopped', 'failed'))"
    )
