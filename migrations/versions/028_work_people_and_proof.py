"""Work that is no run, files, what waits for a person, and what was done by whom.

`jobs` without a tenant are the system's alone. `attention_items` are for the business's own people.
`audit_events` only grows, says nothing of a person but a pseudonym, and has no foreign key: it
outlives the tenant it is about.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import SeenBy, protect
from migrations.while_in_use import take

revision = "028"
down_revision = "027"
branch_labels = None
depends_on = None

OPEN = "state IN ('pending', 'running')"
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_RESULT = 4 * 1024


def upgrade() -> None:
    op.create_table(
        "jobs",
        key(),
        maybe("tenant_id", sa.Uuid),
        always("kind"),
        maybe("subject"),
        always("args", JSON, "'{}'::jsonb"),
        maybe("unique_key"),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        always("state", default="'pending'"),
        always("attempts", sa.Integer, "0"),
        moment("not_before"),
        maybe("worker_id", sa.Uuid),
        maybe("result", JSON),
        maybe("error_code"),
        maybe("asked_by", sa.Uuid),
        moment("created_at"),
        maybe("started_at", TIME),
        maybe("finished_at", TIME),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        sa.CheckConstraint(f"octet_length(result::text) <= {LARGEST_RESULT}", name="result"),
    )
    for name, on in {
        "UNIQUE INDEX uq_jobs_open": "(tenant_id, unique_key) NULLS NOT DISTINCT"
        f" WHERE unique_key IS NOT NULL AND {OPEN}",
        "INDEX ix_jobs_due": "(not_before) WHERE state = 'pending'",
        "INDEX ix_jobs_running": "(worker_id) WHERE state = 'running'",
        "INDEX ix_jobs_finished_at": "(finished_at) WHERE finished_at IS NOT NULL",
        "INDEX ix_jobs_tenant_id": "(tenant_id)",
    }.items():
        op.execute(f"CREATE {name} ON jobs {on}")
    protect("jobs")

    op.create_table(
        "files",
        key(),
        always("tenant_id", sa.Uuid),
        always("sha256", sa.LargeBinary),
        always("mime"),
        always("size", sa.Integer),
        always("content", sa.LargeBinary),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "sha256"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        sa.CheckConstraint(f"size = octet_length(content) AND size <= {LARGEST_FILE}", name="size"),
    )
    # Files are compressed already, mostly.
    op.execute("ALTER TABLE files ALTER COLUMN content SET STORAGE EXTERNAL")
    protect("files")

    op.execute(
        """
        CREATE FUNCTION refuse_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE insufficient_privilege
                USING MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are only added';
        END $$
        """
    )
    op.create_table(
        "audit_events",
        key(),
        maybe("tenant_id", sa.Uuid),
        moment("at"),
        always("actor_kind"),
        maybe("actor"),
        maybe("session_id", sa.Uuid),
        maybe("key_id", sa.Uuid),
        always("action"),
        maybe("object_kind"),
        maybe("object_id"),
        always("outcome", default="'done'"),
        maybe("reason"),
        always("details", JSON, "'{}'::jsonb"),
    )
    op.create_index("ix_audit_events_tenant_id_at", "audit_events", ["tenant_id", "at"])
    protect("audit_events", append_only=True)

    op.create_table(
        "attention_items",
        key(),
        always("tenant_id", sa.Uuid),
        always("kind"),
        always("subject"),
        maybe("agent_id", sa.Uuid),
        maybe("channel"),
        maybe("conversation_id", sa.Uuid),
        always("details", JSON, "'{}'::jsonb"),
        maybe("due_at", TIME),
        maybe("claimed_by", sa.Uuid),
        maybe("claimed_at", TIME),
        maybe("resolved_at", TIME),
        maybe("resolved_by", sa.Uuid),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("(channel IS NULL) = (conversation_id IS NULL)", name="conversation"),
    )
    for name, on in {
        "UNIQUE INDEX uq_attention_items_open": "(tenant_id, kind, subject)"
        " WHERE resolved_at IS NULL",
        "INDEX ix_attention_items_conversation": "(tenant_id, channel, conversation_id)",
        "INDEX ix_attention_items_agent_id": "(agent_id)",
        "INDEX ix_attention_items_resolved_at": "(resolved_at) WHERE resolved_at IS NOT NULL",
    }.items():
        op.execute(f"CREATE {name} ON attention_items {on}")
    protect("attention_items", SeenBy.STAFF)
    take("web_conversations", "SHARE ROW EXCLUSIVE")
    op.create_foreign_key(
        None,
        "attention_items",
        "conversations",
        ["tenant_id", "channel", "conversation_id"],
        ["tenant_id", "channel", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("attention_items")
    op.drop_table("audit_events")
    op.execute("DROP FUNCTION refuse_changes()")
    op.drop_table("files")
    op.drop_table("jobs")
