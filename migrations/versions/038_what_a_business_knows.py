"""What a business knows: its sources, their documents, what each version of a text says, and which
employee may read it.

Of what is searched the words stand in a table of our own, because under row-level security no
index on a text search vector may be used (docs/decisions). A row says in which chunks of a version
a word is, so that there is one for each word of a document and not of a chunk.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.columns import TIME, always, key, maybe, moment
from migrations.rls import protect
from migrations.while_in_use import take

revision = "038"
down_revision = "037"
branch_labels = None
depends_on = None

NUMBERS, SMALL_NUMBERS = postgresql.ARRAY(sa.Integer), postgresql.ARRAY(sa.SmallInteger)
VERSION = ("tenant_id", "document_id", "version")

# Two grants that go at once wait for each other at the agent's row; each then sees the other gone.
KNOWS = """
CREATE FUNCTION agent_knows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    granted agent_knowledge := coalesce(NEW, OLD);
BEGIN
    PERFORM FROM agents WHERE tenant_id = granted.tenant_id AND id = granted.agent_id
        FOR NO KEY UPDATE;
    UPDATE agents AS agent SET knows = there.it_is
      FROM (SELECT EXISTS (SELECT FROM agent_knowledge
                            WHERE tenant_id = granted.tenant_id
                              AND agent_id = granted.agent_id) AS it_is) AS there
     WHERE agent.tenant_id = granted.tenant_id AND agent.id = granted.agent_id
       AND agent.knows <> there.it_is;
    RETURN NULL;
END $$;
CREATE TRIGGER agent_knows AFTER INSERT OR DELETE ON agent_knowledge
    FOR EACH ROW EXECUTE FUNCTION agent_knows()
"""
# The same at the file's row, for two documents of one content.
FORGOTTEN = """
CREATE FUNCTION forget_file_of_knowledge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM files WHERE tenant_id = OLD.tenant_id AND id = OLD.file_id FOR UPDATE;
    DELETE FROM files
     WHERE tenant_id = OLD.tenant_id AND id = OLD.file_id AND knowledge_alone
       AND NOT EXISTS (SELECT FROM knowledge_documents
                        WHERE tenant_id = OLD.tenant_id AND file_id = OLD.file_id);
    RETURN NULL;
END $$;
CREATE TRIGGER forget_file_when_gone AFTER DELETE ON knowledge_documents
    FOR EACH ROW WHEN (OLD.file_id IS NOT NULL) EXECUTE FUNCTION forget_file_of_knowledge();
CREATE TRIGGER forget_file_when_replaced AFTER UPDATE OF file_id ON knowledge_documents
    FOR EACH ROW WHEN (OLD.file_id IS DISTINCT FROM NEW.file_id AND OLD.file_id IS NOT NULL)
    EXECUTE FUNCTION forget_file_of_knowledge()
"""


def upgrade() -> None:
    _sources()
    _documents()
    _versions()
    _grants()
    for table in (
        "knowledge_sources", "knowledge_documents", "knowledge_versions", "knowledge_chunks",
        "knowledge_terms", "agent_knowledge",
    ):  # fmt: skip
        protect(table)
    op.execute(KNOWS)
    op.execute(FORGOTTEN)
    op.add_column("files", always("knowledge_alone", sa.Boolean, "false"))
    take("agents")
    op.add_column("agents", always("knows", sa.Boolean, "false"))
    op.create_foreign_key(
        None,
        "agent_knowledge",
        "agents",
        ["tenant_id", "agent_id"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )


def _sources() -> None:
    op.create_table(
        "knowledge_sources",
        key(),
        always("tenant_id", sa.Uuid),
        always("kind"),
        always("title"),
        maybe("uri"),
        always("refresh", default="'never'"),
        maybe("hash", sa.LargeBinary),
        always("revision", sa.Integer, "1"),
        maybe("error"),
        maybe("error_code"),
        maybe("checked_at", TIME),
        moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint("kind IN ('file', 'page', 'site', 'answer')", name="kind"),
        sa.CheckConstraint("refresh IN ('never', 'daily', 'weekly', 'monthly')", name="refresh"),
    )
    op.create_index(
        "ix_knowledge_sources_tenant_id", "knowledge_sources", ["tenant_id", "created_at", "id"]
    )


def _documents() -> None:
    op.create_table(
        "knowledge_documents",
        key(),
        always("tenant_id", sa.Uuid),
        always("source_id", sa.Uuid),
        always("title"),
        maybe("uri"),
        maybe("mime"),
        maybe("file_id", sa.Uuid),
        maybe("sha256", sa.LargeBinary),
        always("revision", sa.Integer, "1"),
        maybe("version", sa.Integer),
        always("state", default="'queued'"),
        maybe("error"),
        maybe("error_code"),
        always("progress", sa.SmallInteger, "0"),
        maybe("text"),
        always("is_given", sa.Boolean, "false"),
        maybe("language"),
        maybe("pages", sa.Integer),
        always("unread_pages", NUMBERS, "'{}'::integer[]"),
        maybe("valid_until", TIME),
        maybe("indexed_at", TIME),
        moment("created_at"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"],
            ["knowledge_sources.tenant_id", "knowledge_sources.id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["files.tenant_id", "files.id"],
            ondelete="SET NULL (file_id)",
        ),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint(
            "state IN ('queued', 'parsing', 'indexing', 'indexed', 'failed')", name="state"
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="sha256"),
    )
    op.create_index(
        "ix_knowledge_documents_source_id", "knowledge_documents", ["tenant_id", "source_id"]
    )
    op.execute(
        "CREATE INDEX ix_knowledge_documents_file_id ON knowledge_documents (tenant_id, file_id)"
        " WHERE file_id IS NOT NULL"
    )


def _versions() -> None:
    op.create_table(
        "knowledge_versions",
        always("tenant_id", sa.Uuid),
        always("document_id", sa.Uuid),
        always("version", sa.Integer),
        always("maker", sa.Uuid),
        always("language"),
        always("chunks", sa.Integer, "0"),
        always("words", sa.Integer, "0"),
        always("tokens", sa.Integer, "0"),
        maybe("retired_at", TIME),
        moment("created_at"),
        sa.PrimaryKeyConstraint(*VERSION),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["knowledge_documents.tenant_id", "knowledge_documents.id"],
            ondelete="CASCADE",
        ),
    )
    op.execute(
        "CREATE INDEX ix_knowledge_versions_retired_at ON knowledge_versions (retired_at)"
        " WHERE retired_at IS NOT NULL"
    )
    of_version = [f"knowledge_versions.{column}" for column in VERSION]
    op.create_table(
        "knowledge_chunks",
        key(),
        always("tenant_id", sa.Uuid),
        always("document_id", sa.Uuid),
        always("version", sa.Integer),
        always("n", sa.Integer),
        always("heading"),
        always("text"),
        maybe("page", sa.Integer),
        always("starts", sa.Integer),
        always("ends", sa.Integer),
        sa.UniqueConstraint(*VERSION, "n"),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint([*VERSION], of_version, ondelete="CASCADE"),
    )
    op.create_table(
        "knowledge_terms",
        always("tenant_id", sa.Uuid),
        always("lexeme"),
        always("document_id", sa.Uuid),
        always("version", sa.Integer),
        always("chunks", NUMBERS),
        always("counts", SMALL_NUMBERS),
        always("lengths", SMALL_NUMBERS),
        sa.PrimaryKeyConstraint("tenant_id", "lexeme", "document_id", "version"),
        sa.ForeignKeyConstraint([*VERSION], of_version, ondelete="CASCADE"),
    )
    op.create_index("ix_knowledge_terms_version", "knowledge_terms", [*VERSION])


def _grants() -> None:
    op.create_table(
        "agent_knowledge",
        always("tenant_id", sa.Uuid),
        always("agent_id", sa.Uuid),
        always("source_id", sa.Uuid),
        moment("created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "agent_id", "source_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"],
            ["knowledge_sources.tenant_id", "knowledge_sources.id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_agent_knowledge_source_id", "agent_knowledge", ["tenant_id", "source_id"])


def downgrade() -> None:
    op.drop_column("agents", "knows")
    for table in (
        "agent_knowledge", "knowledge_terms", "knowledge_chunks",
        "knowledge_versions", "knowledge_documents", "knowledge_sources",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DROP FUNCTION agent_knows()")
    op.execute("DROP FUNCTION forget_file_of_knowledge()")
    # What only the documents named is named by nobody now.
    op.execute("DELETE FROM files WHERE knowledge_alone")
    op.drop_column("files", "knowledge_alone")
