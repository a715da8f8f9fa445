"""What a business knows: sources, their documents, what is searched, and who may read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    REAL,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, BIT, BitString
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class KnowledgeSource(HasId, HasCreatedAt, Base):
    """Where something is known from: a `file`, a web `page`, a whole `site`, or an `answer` that a
    person typed in. `hash` is of what a page was when it was fetched last, at `checked_at`."""

    __tablename__ = "knowledge_sources"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("kind IN ('file', 'page', 'site', 'answer')", name="kind"),
        CheckConstraint("refresh IN ('never', 'daily', 'weekly', 'monthly')", name="refresh"),
        Index("ix_knowledge_sources_tenant_id", "tenant_id", "created_at", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str]
    title: Mapped[str]
    uri: Mapped[str | None]
    refresh: Mapped[str] = mapped_column(server_default=sql("'never'"))
    hash: Mapped[bytes | None]
    revision: Mapped[int] = mapped_column(server_default=sql("1"))
    error: Mapped[str | None]
    """Why it could not be fetched, as a sentence; its documents stay as they were."""
    error_code: Mapped[str | None]
    checked_at: Mapped[datetime | None]


class KnowledgeDocument(HasId, HasCreatedAt, Base):
    """One text of a source. `revision` counts what was asked to be read; `version` is the revision
    that is searched now, None until there is one. `text` is what was extracted, or, if `is_given`,
    what a person wrote; offsets of chunks are its characters."""

    __tablename__ = "knowledge_documents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "source_id"],
            ["knowledge_sources.tenant_id", "knowledge_sources.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["files.tenant_id", "files.id"],
            ondelete="SET NULL (file_id)",
        ),
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint(
            "state IN ('queued', 'parsing', 'indexing', 'indexed', 'failed')", name="state"
        ),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        Index("ix_knowledge_documents_source_id", "tenant_id", "source_id"),
        Index(
            "ix_knowledge_documents_file_id",
            "tenant_id",
            "file_id",
            postgresql_where=sql("file_id IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID]
    source_id: Mapped[UUID]
    title: Mapped[str]
    uri: Mapped[str | None]
    mime: Mapped[str | None]
    file_id: Mapped[UUID | None]
    sha256: Mapped[bytes | None]
    revision: Mapped[int] = mapped_column(server_default=sql("1"))
    version: Mapped[int | None]
    state: Mapped[str] = mapped_column(server_default=sql("'queued'"))
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    progress: Mapped[int] = mapped_column(SmallInteger, server_default=sql("0"))
    """Percent of the work on the newest revision."""
    text: Mapped[str | None] = mapped_column(deferred=True)
    is_given: Mapped[bool] = mapped_column(server_default=sql("false"))
    language: Mapped[str | None]
    pages: Mapped[int | None]
    unread_pages: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), server_default=sql("'{}'::integer[]")
    )
    """Those that are pictures, in which no text was found."""
    valid_until: Mapped[datetime | None]
    """After this it is found no more."""
    indexed_at: Mapped[datetime | None]


_VERSION = ("tenant_id", "document_id", "version")
_OF_VERSION = [f"knowledge_versions.{column}" for column in _VERSION]


class KnowledgeVersion(HasCreatedAt, Base):
    """A revision of a document as it is searched: it has `chunks` chunks of `words` words and
    `tokens` tokens in all. `maker` is the attempt that writes it. What was replaced is `retired`
    and goes some minutes later, with its chunks and terms."""

    __tablename__ = "knowledge_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["knowledge_documents.tenant_id", "knowledge_documents.id"],
            ondelete="CASCADE",
        ),
        Index(
            "ix_knowledge_versions_retired_at",
            "retired_at",
            postgresql_where=sql("retired_at IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    maker: Mapped[UUID]
    language: Mapped[str]
    """The name of PostgreSQL's text search configuration for it."""
    chunks: Mapped[int] = mapped_column(server_default=sql("0"))
    words: Mapped[int] = mapped_column(server_default=sql("0"))
    tokens: Mapped[int] = mapped_column(server_default=sql("0"))
    retired_at: Mapped[datetime | None]


class KnowledgeChunk(HasId, Base):
    """Piece `n` of a version, from `starts` to `ends` of the document's text."""

    __tablename__ = "knowledge_chunks"
    __table_args__ = (
        UniqueConstraint(*_VERSION, "n"),
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint([*_VERSION], _OF_VERSION, ondelete="CASCADE"),
    )

    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    version: Mapped[int]
    n: Mapped[int]
    heading: Mapped[str]
    text: Mapped[str]
    page: Mapped[int | None]
    starts: Mapped[int]
    ends: Mapped[int]


class KnowledgeTerm(Base):
    """In which `chunks` of a version a word stands, by their n, how often in each, and how many
    words each has: three lists of one length."""

    __tablename__ = "knowledge_terms"
    __table_args__ = (
        ForeignKeyConstraint([*_VERSION], _OF_VERSION, ondelete="CASCADE"),
        Index("ix_knowledge_terms_version", *_VERSION),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    lexeme: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    chunks: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    counts: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    lengths: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))


class AgentKnowledge(HasCreatedAt, Base):
    """An employee may read a source. While it may read any, its `Agent.knows` is true."""

    __tablename__ = "agent_knowledge"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "source_id"],
            ["knowledge_sources.tenant_id", "knowledge_sources.id"],
            ondelete="CASCADE",
        ),
        Index("ix_agent_knowledge_source_id", "tenant_id", "source_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(primary_key=True)


class KnowledgeEmbedding(Base):
    """What a chunk means to an embedder, whose `model` names it with its dimensions. `signs` are
    those of the vector's numbers, which has length 1."""

    __tablename__ = "knowledge_embeddings"
    __table_args__ = (
        ForeignKeyConstraint(
            [*_VERSION, "n"],
            [f"knowledge_chunks.{column}" for column in (*_VERSION, "n")],
            ondelete="CASCADE",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    signs: Mapped[BitString] = mapped_column(BIT(varying=True))
    vector: Mapped[list[float]] = mapped_column(ARRAY(REAL))
