"""What an answer relied on, word for word, so that it outlives what it names."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import always, maybe
from migrations.rls import protect
from migrations.while_in_use import take

revision = "039"
down_revision = "038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "citations",
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("message_id", sa.Uuid),
        always("n", sa.SmallInteger),
        always("document_id", sa.Uuid),
        always("version", sa.Integer),
        always("title"),
        maybe("uri"),
        always("quote"),
        maybe("chunk_id", sa.Uuid),
        maybe("page", sa.Integer),
        always("starts", sa.Integer),
        always("ends", sa.Integer),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "message_id", "n"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "chunk_id"],
            ["knowledge_chunks.tenant_id", "knowledge_chunks.id"],
            ondelete="SET NULL (chunk_id)",
        ),
    )
    op.execute(
        "CREATE INDEX ix_citations_chunk_id ON citations (tenant_id, chunk_id)"
        " WHERE chunk_id IS NOT NULL"
    )
    protect("citations")
    take("web_conversation_messages", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(
        None,
        "citations",
        "messages",
        ["tenant_id", "channel", "message_id"],
        ["tenant_id", "channel", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("citations")
