"""Files that people sent, fetched from a platform: its token goes to the hosts we know, no redirect
is followed, and what is too large or of no kind that we keep is broken off."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from shared.channels.file_kinds import HEAD_BYTES, kind_of

from orchestrator.channels.adapter import Line, MediaRefused

MOST_BYTES: Final = 20 * 1024 * 1024
PIECE_BYTES: Final = 64 * 1024


async def stream(
    line: Line, url: str, *, headers: Mapping[str, str], hosts: Collection[str]
) -> AsyncIterator[bytes]:
    """What is there, in pieces. `hosts` are those that may see the headers, like
    `https://files.slack.com`. Raises MediaRefused, and aiohttp's errors for what passes."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" not in hosts:
        raise MediaRefused("another_host")
    async with line.http.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status >= 500 or answer.status == 429:
            answer.raise_for_status()
        if answer.status != 200:
            raise MediaRefused(f"http_{answer.status}")
        async for piece in answer.content.iter_chunked(PIECE_BYTES):
            yield piece


async def whole(pieces: AsyncIterator[bytes], said: str | None) -> tuple[bytes, str]:
    """All of it, and what it is. Raises MediaRefused as soon as it is known that it is not kept."""
    content, kind = bytearray(), None
    try:
        async for piece in pieces:
            content += piece
            if len(content) > MOST_BYTES:
                raise MediaRefused("too_large")
            if kind is None and len(content) >= HEAD_BYTES:
                kind = _kind(content, said)
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
    if not content:
        raise MediaRefused("empty")
    return bytes(content), kind or _kind(content, said)


def _kind(content: bytearray, said: str | None) -> str:
    kind = kind_of(bytes(content[:HEAD_BYTES]), said)
    if kind is None:
        raise MediaRefused("kind_not_kept")
    return kind
