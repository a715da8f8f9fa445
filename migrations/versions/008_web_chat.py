"""Web chat: conversations and their messages, and `web` as a channel."""

import sqlalchemy as sa
from alembic import op

from migrations.rls import force_row_level_security

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None

CHANNELS = "'slack', 'whatsapp', 'mattermost', 'rocketchat', 'teams', 'telegram', 'signal'"


def upgrade() -> None:
    replace_channel_check(f"{CHANNELS}, 'web'")
    op.create_table(
        "web_conversations",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("reset_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["portal_users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "agent_id", "user_id"),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_web_conversations_user_id", "web_conversations", ["user_id", "tenant_id", "updated_at"]
    )
    op.create_table(
        "web_conversation_messages",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, server_default=sa.text("'complete'")),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reply_to", sa.Uuid()),
        sa.Column("client_message_id", sa.Text()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["web_conversations.tenant_id", "web_conversations.id"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("conversation_id", "id"),
        sa.UniqueConstraint("conversation_id", "seq"),
        sa.ForeignKeyConstraint(
            ["conversation_id", "reply_to"],
            ["web_conversation_messages.conversation_id", "web_conversation_messages.id"],
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("role IN ('user', 'assistant')", name="role"),
        sa.CheckConstraint("status IN ('complete', 'stopped', 'failed')", name="status"),
    )
    op.create_index(
        "ix_web_conversation_messages_conversation_id_created_at",
        "web_conversation_messages",
        ["conversation_id", "created_at"],
    )
    op.create_index(
        "uq_web_conversation_messages_client_message_id",
        "web_conversation_messages",
        ["conversation_id", "client_message_id"],
        unique=True,
        postgresql_where=sa.text("client_message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_web_conversation_messages_reply_to",
        "web_conversation_messages",
        ["conversation_id", "reply_to"],
    )
    # At most one outcome that is not `failed`, whatever any worker believes.
    op.create_index(
        "uq_web_conversation_messages_outcome",
        "web_conversation_messages",
        ["reply_to"],
        unique=True,
        postgresql_where=sa.text("role = 'assistant' AND status <> 'failed'"),
    )
    force_row_level_security("web_conversations")
    force_row_level_security("web_conversation_messages")
    # The next number is taken under the conversation's row lock in the inserting transaction, so
    # numbers have no gap and commit in order; a trigger, so that no writer can forget it.
    op.execute(
        """
        CREATE FUNCTION web_conversation_messages_take_seq() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.seq IS NULL THEN
                UPDATE web_conversations
                   SET last_seq = last_seq + 1, updated_at = clock_timestamp()
                 WHERE id = NEW.conversation_id AND tenant_id = NEW.tenant_id
                RETURNING last_seq INTO NEW.seq;
                -- The default was taken before the lock was waited for.
                NEW.created_at := clock_timestamp();
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER take_seq BEFORE INSERT ON web_conversation_messages
        FOR EACH ROW EXECUTE FUNCTION web_conversation_messages_take_seq()
        """
    )


def downgrade() -> None:
    op.drop_table("web_conversation_messages")
    op.execute("DROP FUNCTION web_conversation_messages_take_seq()")
    op.drop_table("web_conversations")
    # Forced row-level security hides every row from the owner too.
    op.execute("ALTER TABLE channel_connections NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM channel_connections WHERE channel_type = 'web'")
    op.execute("ALTER TABLE channel_connections FORCE ROW LEVEL SECURITY")
    replace_channel_check(CHANNELS)


def replace_channel_check(channels: str) -> None:
    op.drop_constraint("channel_type", "channel_connections", type_="check")
    op.create_check_constraint(
        "channel_type", "channel_connections", f"channel_type IN ({channels})"
    )
