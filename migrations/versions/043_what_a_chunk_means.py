"""What a chunk means, as numbers, where the installation has an embedder.

Signs are compared first, by bits that differ, which every PostgreSQL can; of the nearest the
vectors are. So no extension is needed, and each tenant's search is exact over its own rows alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.columns import always
from migrations.rls import protect

revision = "043"
down_revision = "042"
branch_labels = None
depends_on = None

CHUNK = ("tenant_id", "document_id", "version", "n")


def upgrade() -> None:
    op.create_table(
        "knowledge_embeddings",
        always("tenant_id", sa.Uuid),
        always("model"),
        always("document_id", sa.Uuid),
        always("version", sa.Integer),
        always("n", sa.Integer),
        always("signs", postgresql.BIT(varying=True)),
        always("vector", postgresql.ARRAY(sa.REAL)),
        sa.PrimaryKeyConstraint(*CHUNK, "model"),
        sa.ForeignKeyConstraint(
            [*CHUNK], [f"knowledge_chunks.{column}" for column in CHUNK], ondelete="CASCADE"
        ),
    )
    # Vectors lie apart, so that the signs of many chunks are read at once.
    op.execute("ALTER TABLE knowledge_embeddings SET (toast_tuple_target = 128)")
    op.execute("ALTER TABLE knowledge_embeddings ALTER COLUMN vector SET STORAGE EXTERNAL")
    protect("knowledge_embeddings")


def downgrade() -> None:
    op.drop_table("knowledge_embeddings")
