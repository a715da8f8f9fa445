"""What a business has said in its name on outside channels; how long a platform takes replies."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON, always, maybe
from migrations.rls import protect

revision = "035"
down_revision = "034"
branch_labels = None
depends_on = None

DAY_S = 86_400


def upgrade() -> None:
    op.create_table(
        "channel_settings",
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        always("says_machine", sa.Boolean, "true"),
        always("language", default="'en'"),
        always("wording", JSON, "'{}'::jsonb"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect("channel_settings")
    op.add_column("channel_connections", maybe("reply_window_s", sa.Integer))
    op.execute(
        f"UPDATE channel_connections SET reply_window_s = {DAY_S} WHERE channel_type = 'whatsapp'"
    )


def downgrade() -> None:
    op.drop_column("channel_connections", "reply_window_s")
    op.drop_table("channel_settings")
