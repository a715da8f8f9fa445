"""Messages of all channels are one table, of which the web's is a part, as conversations are.

The parent has no foreign key: each part has its own to its own part of the conversations, and one
on the parent as well would be a second look-up for each message. What a message of another channel
is numbered by is a trigger of that part, with a name of its own.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, always, key, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "026"
down_revision = "025"
branch_labels = None
depends_on = None

PARENT, WEB, OTHERS = "messages", "web_conversation_messages", "channel_messages"
CONVERSATIONS = "channel_conversations"


def columns() -> list["sa.Column[object]"]:
    return [
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("conversation_id", sa.Uuid),
        always("seq", sa.BigInteger),
        always("role"),
        maybe("author_kind"),
        maybe("author_id", sa.Uuid),
        always("content"),
        maybe("parts", JSON),
        always("status", default="'complete'"),
        maybe("error_code"),
        maybe("finish"),
        maybe("reply_to", sa.Uuid),
        maybe("client_message_id"),
        moment("created_at"),
    ]


def upgrade() -> None:
    op.create_table(
        PARENT,
        always("id", sa.Uuid, "gen_random_uuid()"),
        *columns(),
        sa.UniqueConstraint("tenant_id", "channel", "id"),
        postgresql_partition_by="LIST (channel)",
    )
    protect(PARENT)
    op.create_table(
        OTHERS,
        key(),
        *columns(),
        sa.UniqueConstraint("tenant_id", "channel", "id"),
        sa.UniqueConstraint("conversation_id", "id"),
        sa.UniqueConstraint("conversation_id", "seq"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel", "conversation_id"],
            [f"{CONVERSATIONS}.{column}" for column in ("tenant_id", "channel", "id")],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id", "reply_to"],
            [f"{OTHERS}.conversation_id", f"{OTHERS}.id"],
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("role IN ('user', 'assistant')", name="role"),
        sa.CheckConstraint("status IN ('complete', 'stopped', 'failed', 'merged')", name="status"),
        sa.CheckConstraint(
            "author_kind IN ('user', 'contact', 'agent', 'member', 'system')", name="author_kind"
        ),
    )
    for name, on in {
        f"uq_{OTHERS}_client_message_id": "(conversation_id, client_message_id)"
        " WHERE client_message_id IS NOT NULL",
        f"ix_{OTHERS}_reply_to": "(conversation_id, reply_to) WHERE reply_to IS NOT NULL",
        # At most one outcome that is not `failed`, whatever any worker believes.
        f"uq_{OTHERS}_outcome": "(reply_to) WHERE role = 'assistant' AND status <> 'failed'",
    }.items():
        unique = "UNIQUE " if name.startswith("uq_") else ""
        op.execute(f"CREATE {unique}INDEX {name} ON {OTHERS} {on}")
    protect(OTHERS)
    op.execute(
        f"""
        CREATE FUNCTION {OTHERS}_take_seq() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE {CONVERSATIONS}
               SET last_seq = last_seq + 1, updated_at = clock_timestamp()
             WHERE id = NEW.conversation_id AND tenant_id = NEW.tenant_id
            RETURNING last_seq INTO NEW.seq;
            -- The default was taken before the lock was waited for.
            NEW.created_at := clock_timestamp();
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER take_channel_seq BEFORE INSERT ON {OTHERS}"
        f" FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION {OTHERS}_take_seq()"
    )
    op.execute(f"ALTER TABLE {PARENT} ATTACH PARTITION {OTHERS} DEFAULT")
    take(WEB)
    op.execute(f"ALTER TABLE {PARENT} ATTACH PARTITION {WEB} FOR VALUES IN ('web')")
    # It was the proof; from now on the part's bounds say the same.
    op.execute(f"ALTER TABLE {WEB} DROP CONSTRAINT ck_{WEB}_channel")


def downgrade() -> None:
    op.execute(f"ALTER TABLE {PARENT} DETACH PARTITION {WEB}")
    op.execute(f"ALTER TABLE {WEB} ADD CONSTRAINT ck_{WEB}_channel CHECK (channel = 'web')")
    op.drop_table(PARENT)
    op.execute(f"DROP FUNCTION {OTHERS}_take_seq()")
