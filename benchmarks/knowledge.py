"""How quickly an employee finds what it knows among 20,000 chunks, and whether another tenant's
100,000 beside them change what it finds or when. How much it finds: `recall.py`.

The texts are made up: 30,000 words as rare as those of a language are, without its stop words, so
that a question meets as many chunks as one of `recall.py` does. The other tenant has the same texts
five times.
"""

import asyncio
import os
import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

import psycopg
from konstruct.devstack.progress import Progress
from orchestrator.knowledge.finding import CANDIDATES
from shared.config import get_settings
from shared.db import SystemSession, TenantSession
from shared.db.engine import dispose_engine
from shared.knowledge import embeddings, indexing, search, sources
from shared.knowledge.indexing import Piece
from shared.models import Agent, Tenant

from benchmarks.cpu import cpu_between, cpu_taken
from benchmarks.figures import median, p95
from benchmarks.recall import measure_recall
from benchmarks.servers import DATABASE, Servers

DOCUMENTS, CHUNKS, WORDS = 100, 200, 120
"""Documents of a tenant, chunks of a document, words of a chunk."""
OTHERS = 5
QUESTIONS, WORDS_OF_A_QUESTION, WARMING_UP = 200, 8, 20
VOCABULARY, COMMONEST = 30_000, 40
MODEL, DIMENSIONS = "of the benchmark", 384
POSTGRESQL = "PostgreSQL"

Figures = dict[str, Any]

# Each copy of a document is one more of the same source's, under another tenant.
_COPY = """
WITH document AS (
    SELECT id, gen_random_uuid() AS copy FROM knowledge_documents WHERE tenant_id = %(of)s
), copied AS (
    INSERT INTO knowledge_documents
           (id, tenant_id, source_id, title, revision, version, state)
    SELECT copy, %(to)s, %(source)s, 'copy', 1, 1, 'indexed' FROM document
), versions AS (
    INSERT INTO knowledge_versions
           (tenant_id, document_id, version, maker, language, chunks, words, tokens)
    SELECT %(to)s, copy, 1, copy, language, chunks, words, tokens
      FROM document JOIN knowledge_versions ON document_id = id
), chunks AS (
    INSERT INTO knowledge_chunks
           (tenant_id, document_id, version, n, heading, text, starts, ends)
    SELECT %(to)s, copy, 1, n, heading, text, starts, ends
      FROM document JOIN knowledge_chunks ON document_id = document.id
)
INSERT INTO knowledge_terms (tenant_id, lexeme, document_id, version, chunks, counts, lengths)
SELECT %(to)s, lexeme, copy, 1, chunks, counts, lengths
  FROM document JOIN knowledge_terms ON document_id = id
"""
# Numbers that mean nothing: what is measured is how long comparing takes.
_EMBED = """
INSERT INTO knowledge_embeddings (tenant_id, model, document_id, version, n, signs, vector)
SELECT tenant_id, %(model)s, document_id, version, n,
       (SELECT string_agg(CASE WHEN random() < 0.5 THEN '0' ELSE '1' END, '')::varbit
          FROM generate_series(1, %(dim)s) WHERE chunk.n >= 0),
       (SELECT array_agg(0.05 * random())::real[] FROM generate_series(1, %(dim)s)
         WHERE chunk.n >= 0)
  FROM knowledge_chunks AS chunk WHERE tenant_id = %(of)s
"""


def measure_knowledge(servers: Servers, progress: Progress) -> Figures:
    """Of the product's own search, in this process."""
    os.environ.update(servers.environment)
    get_settings.cache_clear()
    return asyncio.run(_measured(servers, progress))


async def _measured(servers: Servers, progress: Progress) -> Figures:
    try:
        figures: Figures = {"recall": await measure_recall()}
        rng = random.Random(7)
        words = [_word(rng) for _ in range(VOCABULARY)]
        texts = [_document(rng, words) for _ in range(DOCUMENTS)]
        asked = [_question(rng, texts) for _ in range(QUESTIONS)]
        ours, others = await _tenant("ours"), await _tenant("others")
        with progress.step(f"Reading {DOCUMENTS * CHUNKS:,} chunks"):
            began = time.monotonic()
            for number, chunks in enumerate(texts):
                await learn(*ours, f"document {number}", chunks)
            figures["chunks_read_per_s"] = DOCUMENTS * CHUNKS / (time.monotonic() - began)
        await _embedded(servers, ours[0])
        await _vacuumed(servers)
        alone, found = await _asked(servers, ours, asked)
        with progress.step(f"Beside {OTHERS * DOCUMENTS * CHUNKS:,} chunks of another tenant"):
            await _copied(servers, ours[0], others[0])
            await _embedded(servers, others[0])
            await _vacuumed(servers)
        beside, found_beside = await _asked(servers, ours, asked)
        return figures | {
            "chunks": DOCUMENTS * CHUNKS,
            "beside": OTHERS * DOCUMENTS * CHUNKS,
            "alone": alone,
            "with_others": beside,
            "found_otherwise": sum(a != b for a, b in zip(found, found_beside, strict=True)),
        }
    finally:
        await dispose_engine()


async def learn(tenant_id: UUID, agent_id: UUID, title: str, chunks: Sequence[str]) -> None:
    """A document of these chunks that the agent may read."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await sources.add_file(
            session,
            tenant_id,
            name=title,
            mime="text/plain",
            content=title.encode(),
            agent_ids=[agent_id],
        )
        (document,) = (await sources.show(session, tenant_id, source.id)).documents
    pieces = list(_pieces(chunks))
    reading = await indexing.begin(tenant_id, document.id, 1)
    await indexing.index(reading, pieces=pieces, text="\n".join(chunks), language="en")


def _pieces(chunks: Sequence[str]) -> Iterator[Piece]:
    ends = list(accumulate(len(chunk) + 1 for chunk in chunks))
    for n, (chunk, end) in enumerate(zip(chunks, ends, strict=True)):
        yield Piece(n, "", chunk, None, end - 1 - len(chunk), end - 1)


async def _tenant(name: str) -> tuple[UUID, UUID]:
    """A new tenant, and its one agent."""
    async with SystemSession("setup") as session, session.transaction():
        tenant = Tenant(name=name, slug=f"knowledge-{name}-{random.randrange(10**9)}")
        session.add(tenant)
        await session.flush()
        agent = Agent(tenant_id=tenant.id, name="Ada")
        session.add(agent)
        await session.flush()
        return tenant.id, agent.id


async def _copied(servers: Servers, of: UUID, to: UUID) -> None:
    async with TenantSession(to) as session, session.transaction():
        source = await sources.add_answer(session, to, question="copies", answer="copies")
    conninfo = servers.postgres.superuser_conninfo(DATABASE)

    def copy() -> None:
        with psycopg.connect(conninfo, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            for _ in range(OTHERS):
                owner.execute(_COPY, {"of": of, "to": to, "source": source.id})

    await asyncio.to_thread(copy)


async def _embedded(servers: Servers, tenant_id: UUID) -> None:
    def embed() -> None:
        conninfo = servers.postgres.superuser_conninfo(DATABASE)
        with psycopg.connect(conninfo, autocommit=True) as owner:
            owner.execute(_EMBED, {"of": tenant_id, "model": MODEL, "dim": DIMENSIONS})

    await asyncio.to_thread(embed)


async def _vacuumed(servers: Servers) -> None:
    """As autovacuum leaves the tables some time after they were filled."""

    def vacuum() -> None:
        conninfo = servers.postgres.superuser_conninfo(DATABASE)
        with psycopg.connect(conninfo, autocommit=True) as owner:
            for table in ("documents", "versions", "chunks", "terms", "embeddings"):
                owner.execute(f"VACUUM ANALYZE knowledge_{table}")

    await asyncio.to_thread(vacuum)


async def _asked(
    servers: Servers, who: tuple[UUID, UUID], questions: Sequence[str]
) -> tuple[Figures, list[list[UUID]]]:
    """Milliseconds of a question, warm, PostgreSQL's CPU of it, and what each found."""
    for question in questions[:WARMING_UP]:
        await search.find(*who, question)
    took, found = [], []
    pids = {POSTGRESQL: servers.postgres.pid}
    before = cpu_taken(pids)
    for question in questions:
        began = time.perf_counter()
        answer = await search.find(*who, question)
        took.append((time.perf_counter() - began) * 1000)
        found.append([passage.chunk_id for passage in answer.passages])
    cpu_s = cpu_between(before, cpu_taken(pids))[POSTGRESQL]
    with_vectors = [await _with_vectors(who, question) for question in questions]
    return {
        "median_ms": median(took),
        "p95_ms": p95(took),
        "cpu_ms": cpu_s * 1000 / len(questions),
        "vectors_p95_ms": p95(with_vectors),
    }, found


async def _with_vectors(who: tuple[UUID, UUID], question: str) -> float:
    """Milliseconds by words and by meaning, without the embedder's own time."""
    asked = embeddings.Meaning(MODEL, [random.random() - 0.5 for _ in range(DIMENSIONS)])
    began = time.perf_counter()
    await search.find(*who, question, limit=CANDIDATES)
    await embeddings.nearest(*who, asked, limit=CANDIDATES)
    return (time.perf_counter() - began) * 1000


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4))


def _document(rng: random.Random, words: Sequence[str]) -> list[str]:
    """Words as rare as their place among the words says."""
    weights = [1 / (COMMONEST + place) for place in range(len(words))]
    said = rng.choices(words, weights, k=CHUNKS * WORDS)
    return [" ".join(said[at : at + WORDS]) for at in range(0, len(said), WORDS)]


def _question(rng: random.Random, texts: Sequence[Sequence[str]]) -> str:
    """Some words of one chunk."""
    return " ".join(rng.sample(rng.choice(rng.choice(texts)).split(), WORDS_OF_A_QUESTION))
