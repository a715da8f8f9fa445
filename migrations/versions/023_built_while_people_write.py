"""What takes long on large tables, done beside those who write: indexes and proofs.

The parents that come (025, 026) need an index on each web table, and a proof that all its rows are
the web's. Each step stands by itself and may be done again: a migration that is broken off here is
begun here again.

A worker's lease says which version it is; none is the version before this one. It is here because
a claim needs runs and leases at once, and a transaction that took both could meet it half-way.
"""

from alembic import op

from migrations.while_in_use import (
    build_index,
    build_unique_constraint,
    change,
    outside_of_a_transaction,
    prove,
)

revision = "023"
down_revision = "022"
branch_labels = None
depends_on = None

CONVERSATIONS, MESSAGES = "web_conversations", "web_conversation_messages"
KEYS = {table: f"uq_{table}_tenant_id_channel_id" for table in (CONVERSATIONS, MESSAGES)}
LEASES = "worker_leases"
HELD = "ix_web_conversations_held"
PROOFS = {
    CONVERSATIONS: ("channel",),
    MESSAGES: ("channel", "status"),
    "agent_runs": ("state",),
}


def upgrade() -> None:
    with outside_of_a_transaction():
        for table, rules in PROOFS.items():
            prove(table, *(f"ck_{table}_{rule}" for rule in rules))
        for table, key in KEYS.items():
            build_unique_constraint(table, key, "tenant_id, channel, id")
        change(LEASES, f"ALTER TABLE {LEASES} ADD COLUMN IF NOT EXISTS version text")
        # Nothing in it changes with a message, which would else be written into every index.
        build_index(HELD, f"{CONVERSATIONS} (tenant_id, waiting_since) WHERE handling <> 'agent'")


def downgrade() -> None:
    op.execute(f"ALTER TABLE {LEASES} DROP COLUMN version")
    op.execute(f"DROP INDEX {HELD}")
    for table, key in KEYS.items():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
