"""A business has keys of its own to language models, and its employees say who answers."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, key, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import outside_of_a_transaction, prove, take

revision = "044"
down_revision = "043"
branch_labels = None
depends_on = None

OWN_KEY = "fk_agents_tenant_id_llm_key_id"
STATES = (
    "'untested', 'ok', 'refused', 'no_quota', 'no_model', 'unreachable', 'blocked_address',"
    " 'unreadable'"
)


def upgrade() -> None:
    op.create_table(
        "llm_keys",
        key(),
        always("tenant_id", sa.Uuid),
        always("name"),
        always("provider"),
        always("base_url"),
        always("local", sa.Boolean, "false"),
        maybe("last4"),
        maybe("sealed_to"),
        maybe("model"),
        always("models", JSON, "'[]'"),
        always("state", default="'untested'"),
        always("version", sa.Integer, "1"),
        always("revision", sa.Integer, "1"),
        maybe("changed_by", sa.Uuid),
        maybe("tested_at", TIME),
        maybe("used_at", TIME),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
    )
    protect("llm_keys")
    op.create_table(
        "llm_settings",
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        maybe("default_key_id", sa.Uuid),
        maybe("fallback_key_id", sa.Uuid),
        always("falls_back_to_installation", sa.Boolean, "false"),
        always("installation_granted", sa.Boolean, "true"),
        always("revision", sa.Integer, "1"),
        maybe("changed_by", sa.Uuid),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        _to_key("default_key_id"),
        _to_key("fallback_key_id"),
    )
    protect("llm_settings")
    take("agents")
    op.add_column("agents", maybe("llm_key_id", sa.Uuid))
    op.add_column("agents", maybe("model_chain", JSON))
    op.execute(
        f"ALTER TABLE agents ADD CONSTRAINT {OWN_KEY} FOREIGN KEY (tenant_id, llm_key_id)"
        " REFERENCES llm_keys (tenant_id, id) ON DELETE SET NULL (llm_key_id) NOT VALID"
    )
    with outside_of_a_transaction():
        prove("agents", OWN_KEY)


def _to_key(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        ["llm_keys.tenant_id", "llm_keys.id"],
        ondelete=f"SET NULL ({column})",
    )


def downgrade() -> None:
    take("agents")
    op.drop_column("agents", "model_chain")
    op.drop_column("agents", "llm_key_id")
    op.drop_table("llm_settings")
    op.drop_table("llm_keys")
