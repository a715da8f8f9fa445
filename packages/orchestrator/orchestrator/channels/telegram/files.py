"""Files that people sent, fetched from the one host where Telegram has them.

The token is in the address, so a redirect is not followed.
"""

from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
from shared.conversations.media import MediaRef

from orchestrator.channels.adapter import Line, MediaRefused
from orchestrator.channels.telegram.api import NoAnswer, base_url, call, token_of

LARGEST = 20 * 1024 * 1024
"""Bytes that Telegram gives to a bot."""
PIECE = 64 * 1024
WITHIN_S = 120.0


async def fetch(media: MediaRef, line: Line) -> AsyncIterator[bytes]:
    """Raises MediaRefused for what cannot be had, NoAnswer for what may be had later."""
    if media.size is not None and media.size > LARGEST:
        raise MediaRefused("too_large")
    path = await _path(media, line)
    url = f"{base_url()}/file/bot{token_of(line)}/{quote(path)}"
    timeout = aiohttp.ClientTimeout(total=WITHIN_S)
    read = 0
    try:
        async with line.http.get(url, timeout=timeout, allow_redirects=False) as answer:
            if answer.status >= 500 or answer.status == 429:
                raise NoAnswer(f"http_{answer.status}", left=False)
            if answer.status != 200:
                raise MediaRefused(f"http_{answer.status}")
            async for piece in answer.content.iter_chunked(PIECE):
                if (read := read + len(piece)) > LARGEST:
                    raise MediaRefused("too_large")
                yield piece
    except NoAnswer:
        raise
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoAnswer(type(error).__name__, left=False) from None


async def _path(media: MediaRef, line: Line) -> str:
    answer = await call(line, "getFile", {"file_id": media.id})
    if answer.ok:
        return str(answer.result["file_path"])
    if answer.status == 429 or answer.status >= 500:
        raise NoAnswer(f"http_{answer.status}", left=False)
    raise MediaRefused("too_large" if "too big" in answer.description else "file_gone")
