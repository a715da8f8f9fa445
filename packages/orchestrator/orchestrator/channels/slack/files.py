"""What people attach, fetched with the bot's token, which goes to Slack's own hosts alone.

No redirect is followed, since it would carry the token elsewhere. Without the permission to read
files Slack answers 200 with its log-in page.
"""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

from shared.config import settings

from orchestrator.channels.adapter import Line, MediaRefused
from orchestrator.channels.slack.calls import call

HOST: Final = "files.slack.com"
CHUNK_BYTES: Final = 64 * 1024


async def fetch(file_id: str, line: Line) -> AsyncIterator[bytes]:
    """Raises MediaRefused, and aiohttp's errors."""
    told = await call(line, "files.info", file=file_id)
    if not told.ok:
        raise MediaRefused(told.error)
    file = told.body["file"]
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if not _is_slacks(url):
        raise MediaRefused("foreign_file")
    token = line.account.credentials.get("bot_token", "")
    async with line.http.get(
        url, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False
    ) as answer:
        if answer.status != 200:
            raise MediaRefused(f"http_{answer.status}")
        if answer.content_type == "text/html" and file.get("mimetype") != "text/html":
            raise MediaRefused("missing_scope")
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            yield chunk


def _is_slacks(url: str) -> bool:
    """Over TLS with Slack's host of files, or where the operator says that Slack is."""
    parts, api = urlsplit(url), urlsplit(settings.channels.slack_api_url)
    if parts.hostname == HOST:
        return parts.scheme == "https"
    return (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
