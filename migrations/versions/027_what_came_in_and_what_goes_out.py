"""What platforms told us once, what is to be sent to them, and who serves an account.

`inbound_events` has two keys: the platform's own id of a delivery, where it promises one, and what
the message is. It names our message without a foreign key, since what was once heard stays heard
after a reset.

`deliveries` has a row for each part of what is to be sent, with its message. Of what is ready or
being sent there are few, found by account and by conversation.

`connection_leases` belongs to no tenant, as workers' leases: all may compare the number, and the
system writes.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import protect, protect_from_tenants
from migrations.while_in_use import take

revision = "027"
down_revision = "026"
branch_labels = None
depends_on = None

OPEN = "state IN ('ready', 'sending')"
MESSAGE = ("connection_id", "place", "external_message_id", "revision")


def upgrade() -> None:
    op.create_table(
        "inbound_events",
        key(),
        always("tenant_id", sa.Uuid),
        always("connection_id", sa.Uuid),
        maybe("delivery_id"),
        always("place"),
        always("external_message_id"),
        always("revision", default="''"),
        always("kind", default="'message'"),
        maybe("channel"),
        maybe("conversation_id", sa.Uuid),
        maybe("message_id", sa.Uuid),
        maybe("note"),
        maybe("sent_at", TIME),
        moment("created_at"),
        account(),
        sa.UniqueConstraint("connection_id", "delivery_id"),
        sa.UniqueConstraint(*MESSAGE, name="uq_inbound_events_message"),
    )
    op.create_index("ix_inbound_events_created_at", "inbound_events", ["created_at"])
    protect("inbound_events")

    op.create_table(
        "connection_leases",
        sa.Column("connection_id", sa.Uuid, primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        maybe("worker_id", sa.Uuid),
        always("number", sa.BigInteger, "0"),
        moment("until"),
        sa.ForeignKeyConstraint(["connection_id"], ["channel_connections.id"], ondelete="CASCADE"),
        sa.CheckConstraint("role IN ('send', 'listen')", name="role"),
    )
    op.create_index("ix_connection_leases_worker_id", "connection_leases", ["worker_id"])
    protect_from_tenants("connection_leases")

    op.create_table(
        "deliveries",
        key(),
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("connection_id", sa.Uuid),
        always("conversation_id", sa.Uuid),
        always("message_id", sa.Uuid),
        always("seq", sa.BigInteger),
        always("n", sa.Integer, "1"),
        always("state", default="'ready'"),
        maybe("body", JSON),
        maybe("hints", JSON),
        always("attempts", sa.Integer, "0"),
        maybe("not_before", TIME),
        maybe("lease_number", sa.BigInteger),
        maybe("external_id"),
        maybe("last_code"),
        always("maybe_twice", sa.Boolean, "false"),
        moment("created_at"),
        maybe("started_at", TIME),
        maybe("finished_at", TIME),
        maybe("delivered_at", TIME),
        maybe("read_at", TIME),
        account(),
        sa.UniqueConstraint("tenant_id", "channel", "message_id", "n"),
        sa.CheckConstraint(
            "state IN ('ready', 'sending', 'sent', 'unsure', 'dead', 'dropped')", name="state"
        ),
    )
    for name, on in {
        "open": f"(tenant_id, channel, conversation_id, seq, n) WHERE {OPEN}",
        "open_of_connection": f"(connection_id, seq) WHERE {OPEN}",
        "connection_id": "(connection_id, created_at)",
        "external_id": "(connection_id, external_id) WHERE external_id IS NOT NULL",
    }.items():
        op.execute(f"CREATE INDEX ix_deliveries_{name} ON deliveries {on}")
    protect("deliveries")
    take("web_conversation_messages", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(
        None,
        "deliveries",
        "messages",
        ["tenant_id", "channel", "message_id"],
        ["tenant_id", "channel", "id"],
        ondelete="CASCADE",
    )


def account() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "connection_id"],
        ["channel_connections.tenant_id", "channel_connections.id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("connection_leases")
    op.drop_table("inbound_events")
