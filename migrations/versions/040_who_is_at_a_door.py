"""Visitors of a business's own website: by what token they are known, and to what they agreed."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME, always, key, maybe, moment
from migrations.rls import SeenBy, protect
from migrations.while_in_use import take

revision = "040"
down_revision = "039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visitor_sessions",
        key(),
        always("tenant_id", sa.Uuid),
        always("connection_id", sa.Uuid),
        always("contact_id", sa.Uuid),
        always("channel"),
        always("conversation_id", sa.Uuid),
        always("token_sha256"),
        maybe("subject"),
        maybe("identity_id"),
        maybe("identity_until", TIME),
        moment("created_at"),
        moment("expires_at", given=False),
        maybe("ended_at", TIME),
        of_account(),
        of_contact(),
        sa.UniqueConstraint("token_sha256"),
        sa.CheckConstraint(
            "num_nonnulls(subject, identity_id, identity_until) IN (0, 3)", name="identity"
        ),
    )
    for name, on in {
        "conversation": "(tenant_id, channel, conversation_id)",
        "contact_id": "(contact_id)",
        "identity_id": "(connection_id, identity_id)",
        "expires_at": "(expires_at)",
    }.items():
        op.execute(f"CREATE INDEX ix_visitor_sessions_{name} ON visitor_sessions {on}")
    protect("visitor_sessions", SeenBy.STAFF)

    op.create_table(
        "visitor_consents",
        key(),
        always("tenant_id", sa.Uuid),
        always("connection_id", sa.Uuid),
        always("contact_id", sa.Uuid),
        always("text"),
        always("version"),
        moment("created_at"),
        of_account(),
        of_contact(),
    )
    op.create_index("ix_visitor_consents_contact_id", "visitor_consents", ["contact_id"])
    op.create_index("ix_visitor_consents_connection_id", "visitor_consents", ["connection_id"])
    protect("visitor_consents", SeenBy.STAFF)

    take("web_conversations", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(
        None,
        "visitor_sessions",
        "conversations",
        ["tenant_id", "channel", "conversation_id"],
        ["tenant_id", "channel", "id"],
        ondelete="CASCADE",
    )


def of_account() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "connection_id"],
        ["channel_connections.tenant_id", "channel_connections.id"],
        ondelete="CASCADE",
    )


def of_contact() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_table("visitor_consents")
    op.drop_table("visitor_sessions")
