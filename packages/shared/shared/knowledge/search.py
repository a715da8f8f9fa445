"""What an employee knows about a question: the passages of its documents that fit best.

BM25 over the words of the documents it may read, in one statement under row-level security. What is
rare is rare among these documents: other tenants' neither show nor count. A base so small that a
model can read it whole is given whole.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.knowledge.lexemes import lexemes, words_of
from shared.knowledge.passages import Found, Passage

WHOLE_BELOW_TOKENS = 12_000
MOST_ASKED_CHARS = 2_000
"""Of a question; what is longer is a text, and its beginning says what it is about."""
SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""BM25's k1 and b."""
ENOUGH = 0.44
"""The share of what was asked, by how rare its words are, that a passage must have to support an
answer: on a benchmark it supports 93% of what is answered, and 2% of what is about other things
(docs/decisions/0045)."""

# Of every search: $1 is the tenant, $2 the agent.
LIVE = """
    live AS MATERIALIZED (
        SELECT document.id, document.version, document.title, document.created_at,
               coalesce(document.uri, source.uri) AS uri, version.language::regconfig AS language,
               version.chunks, version.words, version.tokens
          FROM agent_knowledge AS granted
          JOIN knowledge_sources AS source
            ON source.tenant_id = $1 AND source.id = granted.source_id
          JOIN knowledge_documents AS document
            ON document.tenant_id = $1 AND document.source_id = source.id
          JOIN knowledge_versions AS version
            ON version.tenant_id = $1 AND version.document_id = document.id
               AND version.version = document.version
         WHERE granted.tenant_id = $1 AND granted.agent_id = $2
           AND (document.valid_until IS NULL OR document.valid_until > now())
    )
"""
PASSAGE = """
    chunk.id, chunk.document_id, chunk.version, live.title, chunk.heading, chunk.text, chunk.page,
    chunk.starts, chunk.ends
"""


def chunks(which: str) -> str:
    """Of a live document, found by their key: OFFSET keeps the planner from reading all."""
    return f"""
        SELECT chunk.id, chunk.document_id, chunk.version, chunk.n, chunk.heading, chunk.text,
               chunk.page, chunk.starts, chunk.ends
          FROM knowledge_chunks AS chunk
         WHERE chunk.tenant_id = $1 AND chunk.document_id = live.id
           AND chunk.version = live.version AND {which}
        OFFSET 0
    """  # noqa: S608 - of our own constants


# In float8: a plain constant would make it numeric, which costs several times as much.
_SCORE = f"""
    weighed.weight * float8 '{SATURATION + 1}' * hit.count::float8 / (hit.count::float8
        + float8 '{SATURATION}' * (float8 '{1 - LENGTH_WEIGHT}'
            + float8 '{LENGTH_WEIGHT}' * hit.length::float8 / size.length))
"""
_SAME_EVERY_TIME = "round({} * float8 '1e9') / float8 '1e9'"
"""A sum's last digits depend on the order in which rows come."""

_SEARCH = Statement(
    f"""
    WITH {LIVE}, size AS MATERIALIZED (
        SELECT sum(chunks)::float8 AS chunks,
               sum(words)::float8 / nullif(sum(chunks), 0) AS length FROM live
    ), asked AS MATERIALIZED (
        SELECT spoken.language, word.lexeme
          FROM (SELECT DISTINCT language FROM live) AS spoken
         CROSS JOIN LATERAL ({lexemes("spoken.language", "$3::text")}) AS word
    ), found AS MATERIALIZED (
        SELECT live.language, term.lexeme, term.document_id, term.chunks, term.counts,
               term.lengths
          FROM knowledge_terms AS term
          JOIN live ON live.id = term.document_id AND live.version = term.version
         WHERE term.tenant_id = $1 AND term.lexeme = ANY (ARRAY(SELECT lexeme FROM asked))
           AND (live.language, term.lexeme) IN (SELECT language, lexeme FROM asked)
    ), rare AS MATERIALIZED (
        SELECT asked.language, asked.lexeme,
               ln(1 + (size.chunks - many.chunks + 0.5) / (many.chunks + 0.5)) AS weight
          FROM size CROSS JOIN asked
         CROSS JOIN LATERAL (
             SELECT coalesce(sum(cardinality(found.chunks)), 0)::float8 AS chunks FROM found
              WHERE found.lexeme = asked.lexeme AND found.language = asked.language) AS many
    ), weighed AS MATERIALIZED (
        SELECT found.document_id, rare.weight, found.chunks, found.counts, found.lengths
          FROM found JOIN rare USING (language, lexeme)
    ), best AS MATERIALIZED (
        SELECT weighed.document_id, hit.n, sum(weighed.weight) AS covered,
               {_SAME_EVERY_TIME.format(f"sum({_SCORE})")} AS score
          FROM size CROSS JOIN weighed
         CROSS JOIN LATERAL unnest(weighed.chunks, weighed.counts, weighed.lengths)
               AS hit (n, count, length)
         GROUP BY weighed.document_id, hit.n
         ORDER BY score DESC, weighed.document_id, hit.n
         LIMIT $4::integer
    )
    SELECT {PASSAGE}, best.score, live.uri,
           best.covered / (SELECT sum(weight) FROM rare WHERE rare.language = live.language)
      FROM best
      JOIN live ON live.id = best.document_id
     CROSS JOIN LATERAL ({chunks("chunk.n = best.n")}) AS chunk
     ORDER BY best.score DESC, best.document_id, best.n
    """  # noqa: S608 - of our own constants
)
_WHOLE = Statement(
    f"""
    WITH {LIVE}
    SELECT {PASSAGE}, 0::float8, live.uri
      FROM live
     CROSS JOIN LATERAL ({chunks("true")}) AS chunk
     WHERE (SELECT sum(tokens) FROM live) < $3::integer
     ORDER BY live.created_at, live.id, chunk.n
    """  # noqa: S608 - of our own constants
)


async def find(tenant_id: UUID, agent_id: UUID, question: str, *, limit: int = 8) -> Found:
    """The passages that fit the question best, among what the agent may read."""
    words = words_of(question[:MOST_ASKED_CHARS]).replace("\0", " ")
    best, all_there_is = await transact(
        TenantScope(tenant_id),
        _SEARCH(tenant_id, agent_id, words, limit),
        _WHOLE(tenant_id, agent_id, WHOLE_BELOW_TOKENS),
    )
    supported = any(covered >= ENOUGH for *_, covered in best)
    found = [passage_of(row[:-1]) for row in best]
    if not all_there_is:
        return Found(found, whole=False, supported=supported)
    scores = {passage.chunk_id: passage.score for passage in found}
    everything = [passage_of(row, scores) for row in all_there_is]
    return Found(everything, whole=True, supported=supported)


def passage_of(
    row: tuple[Any, ...], scores: Mapping[UUID, float] = MappingProxyType({})
) -> Passage:
    chunk_id, document_id, version, title, heading, text, page, start, end, score, uri = row
    return Passage(
        chunk_id=chunk_id,
        document_id=document_id,
        version=version,
        title=title,
        heading=heading,
        text=text,
        page=page,
        start=start,
        end=end,
        score=scores.get(chunk_id, score),
        uri=uri,
    )
