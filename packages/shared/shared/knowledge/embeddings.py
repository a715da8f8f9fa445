"""What chunks mean to the installation's embedder: kept beside the chunks, compared per tenant.

The nearest by their signs, exactly, over the documents that an employee may read; of these the
nearest by their vectors. Vectors of another model are never compared; a document's are replaced in
one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.db import TenantSession
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.jobs import queue
from shared.jobs.kinds import KNOWLEDGE_EMBED
from shared.jobs.nudges import nudge
from shared.knowledge.passages import Passage
from shared.knowledge.search import LIVE, PASSAGE, chunks, passage_of

BY_SIGNS = 200
QUEUED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Meaning:
    """A vector of length 1, of this model."""

    model: str
    vector: Sequence[float]

    @property
    def signs(self) -> str:
        return "".join("1" if number > 0 else "0" for number in self.vector)

    def written(self) -> str:
        """As PostgreSQL reads a list."""
        return "{" + ",".join(f"{number:.6g}" for number in self.vector) + "}"


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A chunk whose meaning is not known; `words` are its own and what it stands under."""

    n: int
    words: str


_NEAREST = Statement(
    f"""
    WITH {LIVE}, near AS MATERIALIZED (
        SELECT embedding.document_id, embedding.n, embedding.vector
          FROM knowledge_embeddings AS embedding
          JOIN live ON live.id = embedding.document_id AND live.version = embedding.version
         WHERE embedding.tenant_id = $1 AND embedding.model = $3
         ORDER BY bit_count(embedding.signs # $4::text::varbit)
         LIMIT {BY_SIGNS}
    ), best AS MATERIALIZED (
        SELECT near.document_id, near.n,
               (SELECT sum(each.its * each.asked)
                  FROM unnest(near.vector, $5::text::real[]) AS each (its, asked))::float8 AS score
          FROM near ORDER BY score DESC, near.document_id, near.n
         LIMIT $6::integer
    )
    SELECT {PASSAGE}, best.score, live.uri
      FROM best
      JOIN live ON live.id = best.document_id
     CROSS JOIN LATERAL ({chunks("chunk.n = best.n")}) AS chunk
     ORDER BY best.score DESC, best.document_id, best.n
    """  # noqa: S608 - of our own constants
)
_WITHOUT = Statement(
    f"""
    WITH {LIVE}
    SELECT live.id, live.version FROM live
     WHERE live.chunks > 0
       AND NOT EXISTS (SELECT FROM knowledge_embeddings AS embedding
                        WHERE embedding.tenant_id = $1 AND embedding.document_id = live.id
                          AND embedding.version = live.version AND embedding.model = $3)
     LIMIT {QUEUED_AT_ONCE}
    """  # noqa: S608 - of our own constants
)


async def nearest(tenant_id: UUID, agent_id: UUID, asked: Meaning, *, limit: int) -> list[Passage]:
    """The passages that mean most nearly what is asked, best first. A worker is woken for documents
    that the model has not seen yet."""
    given = tenant_id, agent_id, asked.model
    rows, unseen = await transact(
        TenantScope(tenant_id),
        _NEAREST(*given, asked.signs, asked.written(), limit),
        _WITHOUT(*given),
    )
    if unseen:
        async with TenantSession(tenant_id) as session, session.transaction():
            for document_id, version in unseen:
                await plan_embedding(session, document_id, version)
    return [passage_of(row) for row in rows]


async def plan_embedding(session: TenantSession, document_id: UUID, version: int) -> None:
    """A worker asks the embedder for this version of the document soon."""
    tenant_id = session.tenant_id
    job_id = await queue.add(
        session,
        tenant_id=tenant_id,
        kind=KNOWLEDGE_EMBED,
        subject=str(document_id),
        unique_key=f"{KNOWLEDGE_EMBED}:{document_id}",
        args={"version": version},
    )

    async def wake() -> None:
        nudge(tenant_id, job_id)

    session.after_commit(wake)


_UNEMBEDDED = text(
    """
    SELECT chunk.n, concat_ws(E'\\n', document.title, nullif(chunk.heading, ''), chunk.text)
      FROM knowledge_chunks AS chunk
      JOIN knowledge_documents AS document
        ON document.tenant_id = chunk.tenant_id AND document.id = chunk.document_id
     WHERE chunk.tenant_id = :tenant_id AND chunk.document_id = :document_id
       AND chunk.version = :version AND document.version = :version
     ORDER BY chunk.n
    """
)
_FORGET = text(
    """
    DELETE FROM knowledge_embeddings
     WHERE tenant_id = :tenant_id AND document_id = :document_id AND version = :version
    """
)
# A chunk that was removed meanwhile has no meaning any more.
_KEEP = text(
    """
    INSERT INTO knowledge_embeddings (tenant_id, model, document_id, version, n, signs, vector)
    SELECT chunk.tenant_id, :model, chunk.document_id, chunk.version, chunk.n,
           cast(cast(:signs AS text) AS varbit), cast(cast(:vector AS text) AS real[])
      FROM knowledge_chunks AS chunk
     WHERE chunk.tenant_id = :tenant_id AND chunk.document_id = :document_id
       AND chunk.version = :version AND chunk.n = :n
       FOR KEY SHARE
    """
)


async def unembedded(tenant_id: UUID, document_id: UUID, version: int) -> list[Unembedded]:
    """The chunks of the version, if it is the one that is searched."""
    named = {"tenant_id": tenant_id, "document_id": document_id, "version": version}
    async with TenantSession(tenant_id) as session, session.transaction():
        return [Unembedded(*row) for row in await session.execute(_UNEMBEDDED, named)]


async def keep(
    tenant_id: UUID, document_id: UUID, version: int, meanings: Sequence[tuple[int, Meaning]]
) -> None:
    """What the version's chunks mean, by their n, in the place of what they meant before."""
    named = {"tenant_id": tenant_id, "document_id": document_id, "version": version}
    async with TenantSession(tenant_id) as session, session.transaction():
        await session.execute(_FORGET, named)
        for n, meaning in meanings:
            told = {"n": n, "model": meaning.model, "signs": meaning.signs}
            await session.execute(_KEEP, named | told | {"vector": meaning.written()})
