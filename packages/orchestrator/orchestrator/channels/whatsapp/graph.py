"""A call of Meta's Graph API, and its answer."""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from shared.config import settings

from orchestrator.channels.adapter import Line

VERSION: Final = "v26.0"


class NotItself(aiohttp.ClientError):
    """Meta answers, but is busy or broken: that says nothing about the account."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is Meta's, of a refusal that has one."""

    status: int
    body: dict[str, Any]
    retry_after_s: float | None

    @property
    def ok(self) -> bool:
        return self.status < 300 and "error" not in self.body

    @property
    def code(self) -> int | None:
        """A number that is not there, or not for us, is told as a wrong parameter with a code
        within."""
        error = self.body.get("error")
        if not isinstance(error, dict) or not isinstance(error.get("code"), int):
            return None
        return 33 if error.get("error_subcode") == 33 else int(error["code"])


async def call(
    line: Line, method: str, path: str, body: dict[str, Any] | None = None, **query: str
) -> Answer:
    """Raises what the connection raises."""
    url = f"{settings.channels.whatsapp_api_url.rstrip('/')}/{VERSION}/{path}"
    async with line.http.request(
        method, url, json=body, params=query, headers=authorized(line), allow_redirects=False
    ) as answer:
        try:
            said = await answer.json(content_type=None)
        except ValueError:
            said = None
        return Answer(
            answer.status,
            said if isinstance(said, dict) else {},
            _seconds(answer.headers.get("Retry-After")),
        )


def authorized(line: Line) -> dict[str, str]:
    return {"Authorization": f"Bearer {line.account.credentials.get('access_token', '')}"}


def never_left(error: Exception) -> bool:
    """Whether the request surely did not reach Meta."""
    return isinstance(error, aiohttp.ClientConnectorError)


def _seconds(said: str | None) -> float | None:
    try:
        return max(0.0, float(said)) if said is not None else None
    except ValueError:
        return None
