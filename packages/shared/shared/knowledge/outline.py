"""What a business's documents are about, by their headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.db import WithinTenant


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading, the document it stands in, and the language of that (`english`)."""

    document_id: UUID
    heading: str
    language: str


_TOPICS = text(
    """
    SELECT chunk.document_id, chunk.heading, version.language
      FROM knowledge_documents AS document
      JOIN knowledge_versions AS version
        ON version.tenant_id = document.tenant_id AND version.document_id = document.id
           AND version.version = document.version
      JOIN knowledge_chunks AS chunk
        ON chunk.tenant_id = document.tenant_id AND chunk.document_id = document.id
           AND chunk.version = document.version
     WHERE document.tenant_id = :tenant_id AND chunk.heading <> ''
     GROUP BY document.created_at, chunk.document_id, chunk.heading, version.language
     ORDER BY document.created_at, chunk.document_id, min(chunk.n)
     LIMIT :limit
    """
)


async def topics(session: WithinTenant, tenant_id: UUID, *, limit: int = 400) -> Sequence[Topic]:
    """The headings of what is read, in reading order, document by document."""
    found = await session.execute(_TOPICS, {"tenant_id": tenant_id, "limit": limit})
    return [Topic(*row) for row in found]
