"""What an employee knows about a question: by words, and by meaning where there is an embedder.

Both orders are fused by their places (RRF), since their scores do not compare. An embedder that is
away costs the order by meaning and nothing else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import aiohttp
from shared.config import settings
from shared.knowledge import embeddings, search
from shared.knowledge.passages import Found, Passage
from shared.log import get_logger

from orchestrator.knowledge.embedder import EmbedderFailed, meanings

log = get_logger(__name__)

CANDIDATES = 50
PLACES = 60
"""RRF's k: how little the first places count more than the next."""
WITHIN_S = 2.0


async def find(tenant_id: UUID, agent_id: UUID, question: str, *, limit: int = 8) -> Found:
    """As `shared.knowledge.search.find`. Whether something supports an answer, its words say."""
    if settings.embeddings.url is None:
        return await search.find(tenant_id, agent_id, question, limit=limit)
    by_words = await search.find(tenant_id, agent_id, question, limit=CANDIDATES)
    if by_words.whole:
        return by_words
    try:
        async with asyncio.timeout(WITHIN_S), aiohttp.ClientSession(trust_env=True) as http:
            (asked,) = await meanings(http, [question[: search.MOST_ASKED_CHARS]], "query")
    except (EmbedderFailed, TimeoutError) as error:
        log.warning("embedder_failed", error=str(error) or type(error).__name__)
        return replace(by_words, passages=by_words.passages[:limit])
    by_meaning = await embeddings.nearest(tenant_id, agent_id, asked, limit=CANDIDATES)
    return replace(by_words, passages=fused(by_words.passages, by_meaning)[:limit])


def fused(*orders: Sequence[Passage]) -> list[Passage]:
    """The best of all orders first, with that as their score."""
    scores: dict[UUID, float] = {}
    passages: dict[UUID, Passage] = {}
    for order in orders:
        for place, passage in enumerate(order, 1):
            passages.setdefault(passage.chunk_id, passage)
            scores[passage.chunk_id] = scores.get(passage.chunk_id, 0) + 1 / (PLACES + place)
    best = sorted(passages, key=lambda chunk_id: scores[chunk_id], reverse=True)
    return [replace(passages[chunk_id], score=scores[chunk_id]) for chunk_id in best]
