"""The installation's embedder, over an OpenAI-compatible endpoint."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import aiohttp
from shared.config import settings
from shared.knowledge.embeddings import Meaning

AT_ONCE = 32
"""Texts of a request."""
LONGEST_CHARS = 8_000


class EmbedderFailed(Exception):
    """It is away, too slow, or gives what it should not."""


async def meanings(
    http: aiohttp.ClientSession, texts: Sequence[str], kind: Literal["query", "passage"]
) -> list[Meaning]:
    """What each text means. Raises EmbedderFailed."""
    found: list[Meaning] = []
    for at in range(0, len(texts), AT_ONCE):
        found += await _asked(http, [_prefixed(each, kind) for each in texts[at : at + AT_ONCE]])
    return found


async def _asked(http: aiohttp.ClientSession, texts: list[str]) -> list[Meaning]:
    wanted = settings.embeddings
    headers = {}
    if wanted.api_key is not None:
        headers["Authorization"] = f"Bearer {wanted.api_key.get_secret_value()}"
    url = f"{(wanted.url or '').rstrip('/')}/embeddings"
    limit = aiohttp.ClientTimeout(total=wanted.timeout_s)
    body = {"model": wanted.model, "input": texts}
    try:
        async with http.post(url, json=body, headers=headers, timeout=limit) as response:
            if response.status != 200:
                raise EmbedderFailed(f"it answered {response.status}")
            answer: dict[str, Any] = await response.json(content_type=None)
        given = sorted(answer["data"], key=lambda each: each["index"])
        vectors = [[float(number) for number in each["embedding"]] for each in given]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise EmbedderFailed(type(error).__name__) from error
    if len(vectors) != len(texts) or any(len(each) != wanted.dim for each in vectors):
        raise EmbedderFailed(f"it gave other than {len(texts)} vectors of {wanted.dim} numbers")
    return [Meaning(wanted.name, _of_length_one(each)) for each in vectors]


def _prefixed(text: str, kind: Literal["query", "passage"]) -> str:
    wanted = settings.embeddings
    prefix = wanted.query_prefix if kind == "query" else wanted.passage_prefix
    return f"{prefix} {text}".strip()[:LONGEST_CHARS]


def _of_length_one(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(number * number for number in vector))
    if not math.isfinite(length) or length == 0:
        raise EmbedderFailed("it gave a vector without a direction")
    return [number / length for number in vector]
