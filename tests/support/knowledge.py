"""Documents that tests give an employee to read."""

from uuid import UUID

from shared.db import TenantSession
from shared.knowledge import indexing, sources
from shared.knowledge.indexing import Piece, Reading


async def add(tenant_id: UUID, name: str, text: str, *agent_ids: UUID) -> UUID:
    """A file of this text, not read yet; its source."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await sources.add_file(
            session,
            tenant_id,
            name=name,
            mime="text/plain",
            content=text.encode(),
            agent_ids=agent_ids,
        )
        return source.id


async def document_of(tenant_id: UUID, source_id: UUID) -> UUID:
    async with TenantSession(tenant_id) as session, session.transaction():
        (document,) = (await sources.show(session, tenant_id, source_id)).documents
        return document.id


async def index(reading: Reading, text: str, language: str = "en") -> None:
    """Each paragraph is a chunk."""
    pieces, at = [], 0
    for n, paragraph in enumerate(text.split("\n\n")):
        at = text.index(paragraph, at)
        pieces.append(Piece(n, "", paragraph, None, at, at + len(paragraph)))
    await indexing.index(reading, pieces=pieces, text=text, language=language)


async def learn(
    tenant_id: UUID, name: str, text: str, *agent_ids: UUID, language: str = "en"
) -> UUID:
    """A file that these agents have read; its source."""
    source_id = await add(tenant_id, name, text, *agent_ids)
    reading = await indexing.begin(tenant_id, await document_of(tenant_id, source_id), 1)
    await index(reading, text, language)
    return source_id
