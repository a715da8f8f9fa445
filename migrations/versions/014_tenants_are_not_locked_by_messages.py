"""Messages and runs belong to their tenant through their conversation and their agent alone.

Both have foreign keys that name the tenant and the conversation or agent together. A second one to
the tenant says nothing more, but every message and every run would look the tenant's one row up
and lock it, together with all that the tenant's people say at the same moment. What does belong to
a tenant directly has an index for when the tenant is deleted.
"""

from alembic import op

revision = "014"
down_revision = "013"
branch_labels = None
depends_on = None

TABLES = ("web_conversation_messages", "agent_runs")


def upgrade() -> None:
    for table in TABLES:
        op.drop_constraint(f"fk_{table}_tenant_id", table, type_="foreignkey")
    op.create_index("ix_invitations_tenant_id", "invitations", ["tenant_id"])


def downgrade() -> None:
    op.drop_index("ix_invitations_tenant_id", "invitations")
    for table in TABLES:
        op.create_foreign_key(
            f"fk_{table}_tenant_id", table, "tenants", ["tenant_id"], ["id"], ondelete="CASCADE"
        )
