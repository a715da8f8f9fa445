"""What a visitor thinks of an answer, and of which version of its text."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import always, key, moment
from migrations.rls import SeenBy, protect
from migrations.while_in_use import take

revision = "041"
down_revision = "040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_ratings",
        key(),
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("message_id", sa.Uuid),
        always("contact_id", sa.Uuid),
        always("good", sa.Boolean),
        always("version"),
        moment("created_at"),
        moment("updated_at"),
        sa.UniqueConstraint("tenant_id", "channel", "message_id", "contact_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_message_ratings_contact_id", "message_ratings", ["contact_id"])
    protect("message_ratings", SeenBy.STAFF)
    take("web_conversation_messages", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(
        None,
        "message_ratings",
        "messages",
        ["tenant_id", "channel", "message_id"],
        ["tenant_id", "channel", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("message_ratings")
