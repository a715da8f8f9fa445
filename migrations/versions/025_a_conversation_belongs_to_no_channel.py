"""Conversations of all channels are one table, of which the web's is a part.

`web_conversations` is attached as it is, names, constraints and all; conversations of all other
channels are in `channel_conversations`. A parent has no key but UNIQUE (tenant_id, channel, id),
and every column that one of its parts has (docs/decisions/0031).
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME, always, key, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "025"
down_revision = "024"
branch_labels = None
depends_on = None

PARENT, WEB, OTHERS = "conversations", "web_conversations", "channel_conversations"


def columns(*, elsewhere: bool) -> list["sa.Column[object]"]:
    """Of the parent, or of the conversations that are not the web's."""
    place = always if elsewhere else maybe
    return [
        always("tenant_id", sa.Uuid),
        always("channel"),
        always("agent_id", sa.Uuid),
        place("connection_id", sa.Uuid),
        place("external_key"),
        maybe("user_id", sa.Uuid),
        maybe("contact_id", sa.Uuid),
        always("handling", default="'agent'"),
        maybe("held_by", sa.Uuid),
        always("hold_epoch", sa.Integer, "0"),
        maybe("waiting_since", TIME),
        maybe("language"),
        maybe("last_inbound_at", TIME),
        maybe("closed_at", TIME),
        always("last_seq", sa.BigInteger, "0"),
        always("reset_seq", sa.BigInteger, "0"),
        moment("created_at"),
        moment("updated_at"),
    ]


def upgrade() -> None:
    op.create_table(
        PARENT,
        always("id", sa.Uuid, "gen_random_uuid()"),
        *columns(elsewhere=False),
        sa.UniqueConstraint("tenant_id", "channel", "id"),
        postgresql_partition_by="LIST (channel)",
    )
    protect(PARENT)
    op.create_table(
        OTHERS,
        key(),
        *columns(elsewhere=True),
        sa.UniqueConstraint("tenant_id", "channel", "id"),
        sa.UniqueConstraint("connection_id", "external_key"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["portal_users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="RESTRICT",
        ),
        sa.CheckConstraint("handling IN ('agent', 'waiting', 'human')", name="handling"),
        sa.CheckConstraint("num_nonnulls(user_id, contact_id) <= 1", name="one_person"),
    )
    for name, on in {
        "updated_at": "(tenant_id, updated_at DESC)",
        "held": "(tenant_id, waiting_since) WHERE handling <> 'agent'",
        "agent_id": "(agent_id)",
        "contact_id": "(contact_id) WHERE contact_id IS NOT NULL",
        "user_id": "(user_id) WHERE user_id IS NOT NULL",
    }.items():
        op.execute(f"CREATE INDEX ix_{OTHERS}_{name} ON {OTHERS} {on}")
    protect(OTHERS)
    op.execute(f"ALTER TABLE {PARENT} ATTACH PARTITION {OTHERS} DEFAULT")
    take(WEB)
    op.execute(f"ALTER TABLE {PARENT} ATTACH PARTITION {WEB} FOR VALUES IN ('web')")
    # It was the proof; from now on the part's bounds say the same.
    op.execute(f"ALTER TABLE {WEB} DROP CONSTRAINT ck_{WEB}_channel")


def downgrade() -> None:
    op.execute(f"ALTER TABLE {PARENT} DETACH PARTITION {WEB}")
    op.execute(f"ALTER TABLE {WEB} ADD CONSTRAINT ck_{WEB}_channel CHECK (channel = 'web')")
    op.drop_table(PARENT)
