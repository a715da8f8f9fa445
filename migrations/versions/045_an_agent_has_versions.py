"""Every change of an agent is kept as a version; business hours; what an agent says first."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, TIME, always, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "045"
down_revision = "044"
branch_labels = None
depends_on = None

ADDED = (
    "published_version",
    "revision",
    "edited_by",
    "edited_at",
    "greeting",
    "starters",
    "hours",
    "about",
)


def upgrade() -> None:
    op.create_table(
        "agent_versions",
        always("tenant_id", sa.Uuid),
        always("agent_id", sa.Uuid),
        always("n", sa.Integer),
        always("state"),
        always("spec", JSON),
        maybe("by_user", sa.Uuid),
        moment("at"),
        maybe("note"),
        maybe("restores", sa.Integer),
        sa.PrimaryKeyConstraint("tenant_id", "agent_id", "n"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("state IN ('draft', 'published')", name="state"),
        sa.CheckConstraint("(n = 0) = (state = 'draft')", name="n_of_a_draft"),
    )
    protect("agent_versions")
    op.create_table(
        "business_hours",
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        always("hours", JSON),
        always("revision", sa.Integer, "1"),
        maybe("edited_by", sa.Uuid),
        moment("edited_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect("business_hours")
    take("agents")
    for column in (
        always("published_version", sa.Integer, "1"),
        always("revision", sa.Integer, "1"),
        maybe("edited_by", sa.Uuid),
        maybe("edited_at", TIME),
        always("greeting", default="''"),
        always("starters", JSON, "'[]'::jsonb"),
        maybe("hours", JSON),
        always("about", JSON, "'{}'::jsonb"),
    ):
        op.add_column("agents", column)


def downgrade() -> None:
    for column in reversed(ADDED):
        op.drop_column("agents", column)
    op.drop_table("business_hours")
    op.drop_table("agent_versions")
