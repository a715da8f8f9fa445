"""What takes long on large tables, done beside those who write: indexes and proofs.

The parents that come (025, 026) need an index on each web table, and a proof that all its rows are
the web's. Each step stands by itself and may be done again: a migration that is broken off here is
begun here again.
"""

from alembic import op

from migrations.while_in_use import build_index, build_unique_constraint, prove

revision = "023"
down_revision = "022"
branch_labels = None
depends_on = None

CONVERSATIONS, MESSAGES = "web_conversations", "web_conversation_messages"
KEYS = {table: f"uq_{table}_tenant_id_channel_id" for table in (CONVERSATIONS, MESSAGES)}
HELD = "ix_web_conversations_held"
PROOFS = {
    CONVERSATIONS: ("channel", "handling"),
    MESSAGES: ("channel", "author_kind", "status"),
    "agent_runs": ("state", "trigger", "message_id"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, rules in PROOFS.items():
            prove(table, *(f"ck_{table}_{rule}" for rule in rules))
        for table, key in KEYS.items():
            build_unique_constraint(table, key, "tenant_id, channel, id")
        # Nothing in it changes with a message, which would else be written into every index.
        build_index(HELD, f"{CONVERSATIONS} (tenant_id, waiting_since) WHERE handling <> 'agent'")


def downgrade() -> None:
    op.execute(f"DROP INDEX {HELD}")
    for table, key in KEYS.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
