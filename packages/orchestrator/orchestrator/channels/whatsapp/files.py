"""What people attach, fetched with the access token, which goes to Meta's own hosts alone."""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

from shared.config import settings
from shared.conversations.media import MediaRef

from orchestrator.channels.adapter import Line, MediaRefused
from orchestrator.channels.whatsapp.graph import authorized, call

HOST: Final = "lookaside.fbsbx.com"
CHUNK_BYTES: Final = 64 * 1024


async def fetch(media: MediaRef, line: Line) -> AsyncIterator[bytes]:
    """Meta names an address that is good for five minutes; no redirect is followed, since it would
    carry the token elsewhere. Raises MediaRefused, and aiohttp's errors."""
    told = await call(line, "GET", media.id, phone_number_id=str(line.account.external_key))
    if not told.ok:
        raise MediaRefused(str(told.code or f"http_{told.status}"))
    url = str(told.body.get("url", ""))
    if not _is_metas(url):
        raise MediaRefused("foreign_file")
    async with line.http.get(url, headers=authorized(line), allow_redirects=False) as answer:
        if answer.status != 200:
            raise MediaRefused(f"http_{answer.status}")
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            yield chunk


def _is_metas(url: str) -> bool:
    """Over TLS with Meta's host of files, or where the operator says that Meta is."""
    parts, api = urlsplit(url), urlsplit(settings.channels.whatsapp_api_url)
    if parts.hostname == HOST:
        return parts.scheme == "https"
    return (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
