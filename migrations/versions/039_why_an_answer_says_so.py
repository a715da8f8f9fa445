"""How answers from knowledge come about, what they keep to, and what nobody could answer."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import SeenBy, protect
from migrations.while_in_use import take

revision = "039"
down_revision = "038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_rules",
        always("tenant_id", sa.Uuid),
        always("agent_id", sa.Uuid),
        always("requires_source", sa.Boolean, "true"),
        always("link_hosts", JSON, "'[]'::jsonb"),
        sa.PrimaryKeyConstraint("tenant_id", "agent_id"),
        _of_agent(),
    )
    protect("answer_rules")
    op.create_table(
        "answer_traces",
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("message_id", sa.Uuid),
        always("run_id", sa.Uuid),
        always("way"),
        always("supported", sa.Boolean),
        always("whole", sa.Boolean),
        maybe("model"),
        always("passages", JSON),
        always("took_ms", JSON),
        moment("created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "message_id"),
    )
    op.create_index("ix_answer_traces_created_at", "answer_traces", ["created_at"])
    protect("answer_traces", SeenBy.STAFF)
    op.create_table(
        "knowledge_questions",
        key(),
        always("tenant_id", sa.Uuid),
        always("agent_id", sa.Uuid),
        always("channel"),
        always("message_id", sa.Uuid),
        always("answer_id", sa.Uuid),
        maybe("person_id", sa.Uuid),
        always("terms", sa.ARRAY(sa.Text)),
        moment("asked_at"),
        maybe("closed_at", TIME),
        sa.UniqueConstraint("tenant_id", "channel", "message_id"),
        _of_agent(),
    )
    op.create_index("ix_knowledge_questions_asked_at", "knowledge_questions", ["asked_at"])
    op.create_index(
        "ix_knowledge_questions_agent_id", "knowledge_questions", ["tenant_id", "agent_id"]
    )
    protect("knowledge_questions", SeenBy.STAFF)
    take("web_conversation_messages", "SHARE ROW EXCLUSIVE")
    for table in ("answer_traces", "knowledge_questions"):
        op.create_foreign_key(
            None,
            table,
            "messages",
            ["tenant_id", "channel", "message_id"],
            ["tenant_id", "channel", "id"],
            ondelete="CASCADE",
        )


def _of_agent() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_table("knowledge_questions")
    op.drop_table("answer_traces")
    op.drop_table("answer_rules")
