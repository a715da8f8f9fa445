"""A business's accounts on channels, and the people who write to it from there.

An account is claimed in state `proving`, and of all tenants one has it `live`; `failing` is live
with a fault and frees nothing. Which account it is may be learnt by proving it. What is wrong with
a whole account is said on it: `failing` is the code, and nothing is sent before `not_before`.

A contact is a person without a log-in. What it is called on a channel is for the business's own
people alone.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import SeenBy, protect

revision = "024"
down_revision = "023"
branch_labels = None
depends_on = None

TABLE = "channel_connections"
BEFORE = ("slack", "whatsapp", "mattermost", "rocketchat", "teams", "telegram", "signal", "web")
CHANNELS = (*BEFORE, "widget", "scripted")


def upgrade() -> None:
    op.alter_column(TABLE, "workspace_id", new_column_name="external_key", nullable=True)
    op.add_column(TABLE, always("state", default="'proving'"))
    op.add_column(TABLE, maybe("failing"))
    op.add_column(TABLE, maybe("not_before", TIME))
    replace_channel_check(CHANNELS)
    op.create_check_constraint(
        "state", TABLE, "state IN ('proving', 'live', 'failing', 'disconnected')"
    )
    op.create_check_constraint(
        "account", TABLE, "external_key IS NOT NULL OR state IN ('proving', 'disconnected')"
    )
    op.create_unique_constraint(None, TABLE, ["tenant_id", "id"])
    op.drop_constraint(f"uq_{TABLE}_tenant_id_channel_type_workspace_id", TABLE)
    op.create_unique_constraint(None, TABLE, ["tenant_id", "channel_type", "external_key"])
    op.create_index(
        f"uq_{TABLE}_account",
        TABLE,
        ["channel_type", "external_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('live', 'failing')"),
    )
    replace_agent_key("SET NULL (agent_id)")

    op.create_table(
        "contacts",
        key(),
        always("tenant_id", sa.Uuid),
        maybe("display_name"),
        maybe("language"),
        maybe("opted_out_at", TIME),
        moment("created_at"),
        moment("updated_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    protect("contacts")
    op.create_table(
        "contact_addresses",
        key(),
        always("tenant_id", sa.Uuid),
        always("contact_id", sa.Uuid),
        always("connection_id", sa.Uuid),
        always("external_id"),
        maybe("display_name"),
        maybe("number"),
        always("details", JSON, "'{}'::jsonb"),
        moment("created_at"),
        moment("updated_at"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("connection_id", "external_id"),
    )
    op.create_index("ix_contact_addresses_contact_id", "contact_addresses", ["contact_id"])
    op.create_index(
        "ix_contact_addresses_number",
        "contact_addresses",
        ["connection_id", "number"],
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    protect("contact_addresses", SeenBy.STAFF)


def downgrade() -> None:
    op.drop_table("contact_addresses")
    op.drop_table("contacts")
    replace_agent_key("CASCADE")
    op.drop_index(f"uq_{TABLE}_account", TABLE)
    # Forced row-level security hides every row from the owner too.
    op.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"DELETE FROM {TABLE} WHERE external_key IS NULL OR channel_type IN ('widget', 'scripted')"
    )
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(f"uq_{TABLE}_tenant_id_channel_type_external_key", TABLE)
    op.drop_constraint(f"uq_{TABLE}_tenant_id_id", TABLE)
    for column in ("state", "failing", "not_before"):
        op.drop_column(TABLE, column)  # and the checks that name them
    op.alter_column(TABLE, "external_key", new_column_name="workspace_id", nullable=False)
    op.create_unique_constraint(None, TABLE, ["tenant_id", "channel_type", "workspace_id"])
    replace_channel_check(BEFORE)


def replace_channel_check(channels: tuple[str, ...]) -> None:
    op.drop_constraint("channel_type", TABLE, type_="check")
    known = ", ".join(f"'{channel}'" for channel in channels)
    op.create_check_constraint("channel_type", TABLE, f"channel_type IN ({known})")


def replace_agent_key(ondelete: str) -> None:
    op.drop_constraint(f"fk_{TABLE}_tenant_id_agent_id", TABLE)
    op.create_foreign_key(
        None, TABLE, "agents", ["tenant_id", "agent_id"], ["tenant_id", "id"], ondelete=ondelete
    )
