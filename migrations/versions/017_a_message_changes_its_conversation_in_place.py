"""A message changes its conversation's row in place, and a person's message has one index less.

Each message sets `updated_at`. While an index held it, each wrote the conversation anew into all
four of its indexes; now none of them is touched (a HOT update), for which pages keep some room. A
person's own list of conversations is short, and sorted when it is asked for.

The tenant of a policy is read by a SELECT of its own: to the planner it is then some tenant. As a
plain expression it was the very tenant for whom a connection happened to make its plans, and after
one without conversations every message was looked for among all conversations of its tenant.
"""

from alembic import op

from migrations.rls import CURRENT_TENANT

revision = "017"
down_revision = "016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_web_conversations_user_id", "web_conversations")
    op.execute(
        "CREATE INDEX ix_web_conversations_user_id ON web_conversations (user_id, tenant_id)"
    )
    op.execute("ALTER TABLE web_conversations SET (fillfactor = 85)")
    _replace_reply_to_index(" WHERE reply_to IS NOT NULL")
    _replace_policy(f"tenant_id = (SELECT {CURRENT_TENANT})")


def downgrade() -> None:
    _replace_policy(f"tenant_id = {CURRENT_TENANT}")
    _replace_reply_to_index("")
    op.execute("ALTER TABLE web_conversations RESET (fillfactor)")
    op.drop_index("ix_web_conversations_user_id", "web_conversations")
    op.execute(
        "CREATE INDEX ix_web_conversations_user_id"
        " ON web_conversations (user_id, tenant_id, updated_at)"
    )


def _replace_reply_to_index(condition: str) -> None:
    op.drop_index("ix_web_conversation_messages_reply_to", "web_conversation_messages")
    op.execute(
        "CREATE INDEX ix_web_conversation_messages_reply_to"
        f" ON web_conversation_messages (conversation_id, reply_to){condition}"
    )


def _replace_policy(mine: str) -> None:
    op.execute(f"ALTER POLICY tenant_rows ON web_conversations USING ({mine}) WITH CHECK ({mine})")
