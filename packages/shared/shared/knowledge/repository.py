"""SQL for sources, their documents, and who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from shared.db import AcrossTenants, WithinTenant
from shared.errors import NotFound
from shared.models import AgentKnowledge, KnowledgeDocument, KnowledgeSource


@dataclass(frozen=True, slots=True)
class Used:
    """What a tenant's knowledge takes up."""

    sources: int
    documents: int
    chunks: int
    size: int
    """Bytes of its files and texts."""


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('knowledge:' || :tenant_id, 0))")
_USED = text(
    """
    SELECT EXISTS (SELECT FROM tenants WHERE id = :tenant_id) AS is_there,
           (SELECT count(*) FROM knowledge_sources WHERE tenant_id = :tenant_id) AS sources,
           (SELECT count(*) FROM knowledge_documents WHERE tenant_id = :tenant_id) AS documents,
           (SELECT coalesce(sum(chunks), 0) FROM knowledge_versions
             WHERE tenant_id = :tenant_id AND retired_at IS NULL) AS chunks,
           (SELECT coalesce(sum(file.size), 0) FROM knowledge_documents AS document
              JOIN files AS file
                ON file.tenant_id = document.tenant_id AND file.id = document.file_id
             WHERE document.tenant_id = :tenant_id) AS size
    """
)


async def used(session: WithinTenant, tenant_id: UUID) -> Used:
    """Now; whoever asks for this to add something waits for others who do. Raises NotFound, of a
    business that is not there."""
    await session.execute(_LOCK, {"tenant_id": str(tenant_id)})
    row = (await session.execute(_USED, {"tenant_id": tenant_id})).one()
    if not row.is_there:
        raise NotFound("There is no such business.")
    return Used(row.sources, row.documents, int(row.chunks), int(row.size))


_KEEP = text(
    """
    INSERT INTO files AS file (tenant_id, sha256, mime, size, content, knowledge_alone)
    VALUES (:tenant_id, :sha256, :mime, :size, :content, true)
    ON CONFLICT (tenant_id, sha256) DO UPDATE SET knowledge_alone = file.knowledge_alone
    RETURNING file.id
    """
)


async def keep_file(
    session: WithinTenant, tenant_id: UUID, *, sha256: bytes, mime: str, content: bytes
) -> UUID:
    """The file, kept once however often its content is given."""
    given = {
        "tenant_id": tenant_id,
        "sha256": sha256,
        "mime": mime,
        "size": len(content),
        "content": content,
    }
    kept: UUID = (await session.execute(_KEEP, given)).scalar_one()
    return kept


async def source_by_id(
    session: WithinTenant, tenant_id: UUID, source_id: UUID, *, lock: bool = False
) -> KnowledgeSource | None:
    found = select(KnowledgeSource).where(
        KnowledgeSource.tenant_id == tenant_id, KnowledgeSource.id == source_id
    )
    if lock:
        found = found.with_for_update(key_share=True)
    return (await session.execute(found)).scalar_one_or_none()


async def source_of_content(
    session: WithinTenant, tenant_id: UUID, sha256: bytes
) -> KnowledgeSource | None:
    """The uploaded file that has this content now."""
    found = (
        select(KnowledgeSource)
        .join(KnowledgeDocument, KnowledgeDocument.source_id == KnowledgeSource.id)
        .where(
            KnowledgeSource.tenant_id == tenant_id,
            KnowledgeSource.kind == "file",
            KnowledgeDocument.tenant_id == tenant_id,
            KnowledgeDocument.sha256 == sha256,
        )
        .order_by(KnowledgeSource.created_at)
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def source_of_address(
    session: WithinTenant, tenant_id: UUID, kind: str, uri: str
) -> KnowledgeSource | None:
    found = select(KnowledgeSource).where(
        KnowledgeSource.tenant_id == tenant_id,
        KnowledgeSource.kind == kind,
        KnowledgeSource.uri == uri,
    )
    return (await session.execute(found.limit(1))).scalar_one_or_none()


async def list_sources(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    typed: bool | None,
    agent_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[KnowledgeSource]:
    """The newest first; typed answers alone, all but these, or all; of those that the agent may
    read, if one is named."""
    found = select(KnowledgeSource).where(KnowledgeSource.tenant_id == tenant_id)
    if typed is not None:
        is_typed = KnowledgeSource.kind == "answer"
        found = found.where(is_typed if typed else ~is_typed)
    place = tuple_(KnowledgeSource.created_at, KnowledgeSource.id)
    if agent_id is not None:
        found = found.join(
            AgentKnowledge,
            (AgentKnowledge.source_id == KnowledgeSource.id)
            & (AgentKnowledge.tenant_id == tenant_id)
            & (AgentKnowledge.agent_id == agent_id),
        )
    if after is not None:
        found = found.where(place < tuple_(*after))
    found = found.order_by(KnowledgeSource.created_at.desc(), KnowledgeSource.id.desc())
    return (await session.execute(found.limit(limit))).scalars().all()


async def tenant_of(session: AcrossTenants, source_id: UUID) -> UUID | None:
    found = select(KnowledgeSource.tenant_id).where(KnowledgeSource.id == source_id)
    return (await session.execute(found)).scalar_one_or_none()


async def documents_of(
    session: WithinTenant, tenant_id: UUID, source_ids: Sequence[UUID], *, lock: bool = False
) -> Sequence[KnowledgeDocument]:
    """Of these sources, without their texts, the oldest first."""
    found = (
        select(KnowledgeDocument)
        .where(
            KnowledgeDocument.tenant_id == tenant_id, KnowledgeDocument.source_id.in_(source_ids)
        )
        .order_by(KnowledgeDocument.created_at, KnowledgeDocument.id)
    )
    if lock:
        found = found.with_for_update(key_share=True)
    return (await session.execute(found)).scalars().all()


async def readers_of(
    session: WithinTenant, tenant_id: UUID, source_ids: Sequence[UUID]
) -> Sequence[tuple[UUID, UUID]]:
    """(source, agent) of every grant of these sources."""
    found = select(AgentKnowledge.source_id, AgentKnowledge.agent_id).where(
        AgentKnowledge.tenant_id == tenant_id, AgentKnowledge.source_id.in_(source_ids)
    )
    return [(source, agent) for source, agent in await session.execute(found)]


async def document_by_id(
    session: WithinTenant, tenant_id: UUID, document_id: UUID, *, lock: bool = False
) -> KnowledgeDocument | None:
    """With its text."""
    found = (
        select(KnowledgeDocument)
        .where(KnowledgeDocument.tenant_id == tenant_id, KnowledgeDocument.id == document_id)
        .options(undefer(KnowledgeDocument.text))
    )
    if lock:
        found = found.with_for_update(key_share=True)
    return (await session.execute(found)).scalar_one_or_none()


async def remove_source(session: WithinTenant, tenant_id: UUID, source_id: UUID) -> bool:
    """With all that is of it; False if there is none."""
    gone = (
        delete(KnowledgeSource)
        .where(KnowledgeSource.tenant_id == tenant_id, KnowledgeSource.id == source_id)
        .returning(KnowledgeSource.id)
    )
    return (await session.execute(gone)).first() is not None


async def remove_documents(
    session: WithinTenant, tenant_id: UUID, document_ids: Sequence[UUID]
) -> None:
    await session.execute(
        delete(KnowledgeDocument).where(
            KnowledgeDocument.tenant_id == tenant_id, KnowledgeDocument.id.in_(document_ids)
        )
    )


async def grant(session: WithinTenant, tenant_id: UUID, agent_id: UUID, source_id: UUID) -> None:
    """Both are there; nothing if it is granted."""
    await session.execute(
        insert(AgentKnowledge)
        .values(tenant_id=tenant_id, agent_id=agent_id, source_id=source_id)
        .on_conflict_do_nothing()
    )


async def revoke(session: WithinTenant, tenant_id: UUID, agent_id: UUID, source_id: UUID) -> None:
    await session.execute(
        delete(AgentKnowledge).where(
            AgentKnowledge.tenant_id == tenant_id,
            AgentKnowledge.agent_id == agent_id,
            AgentKnowledge.source_id == source_id,
        )
    )
