"""Calls of Telegram's Bot API.

A bot's token stands in the address of each call, so no address is ever logged, raised or followed
to another host.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from shared.config import settings

from orchestrator.channels.adapter import Line


class NoAnswer(ConnectionError):
    """None came. If it `left`, Telegram may have done what was asked."""

    def __init__(self, why: str, *, left: bool) -> None:
        super().__init__(why)
        self.why = why
        self.left = left


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram said: a result, or why there is none."""

    status: int
    ok: bool
    result: Any = None
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def base_url() -> str:
    return settings.channels.telegram_api_url.rstrip("/")


def token_of(line: Line) -> str:
    return line.account.credentials.get("bot_token", "")


async def call(
    line: Line, method: str, given: Mapping[str, Any] | None = None, *, within_s: float = 15.0
) -> Answer:
    """Raises NoAnswer."""
    url = f"{base_url()}/bot{token_of(line)}/{method}"
    timeout = aiohttp.ClientTimeout(total=within_s)
    try:
        async with line.http.post(
            url, json=dict(given or {}), timeout=timeout, allow_redirects=False
        ) as answer:
            return _read(answer.status, await answer.read())
    except aiohttp.ClientConnectorError as error:
        raise NoAnswer(type(error).__name__, left=False) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoAnswer(type(error).__name__, left=True) from None


def _read(status: int, body: bytes) -> Answer:
    """What is no JSON comes from somebody between us and Telegram."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = {}
    if not isinstance(said, dict) or "ok" not in said:
        return Answer(status, ok=False)
    parameters = said.get("parameters")
    return Answer(
        status=int(said.get("error_code", status)),
        ok=said["ok"] is True,
        result=said.get("result"),
        description=str(said.get("description", "")),
        parameters=parameters if isinstance(parameters, dict) else {},
    )
