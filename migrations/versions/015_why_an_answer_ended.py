"""Why an answer failed, and how it ended otherwise than by itself, kept with the message.

Both are for whoever loads the conversation later: without them a failed answer cannot say why, and
an answer cut at the token limit looks complete.
"""

import sqlalchemy as sa
from alembic import op

revision = "015"
down_revision = "014"
branch_labels = None
depends_on = None

COLUMNS = ("error_code", "finish")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("web_conversation_messages", sa.Column(column, sa.Text()))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("web_conversation_messages", column)
