"""Speaks to the scripted platform."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import aiohttp
from shared.channels.accounts import Account
from shared.channels.proofs import Proved
from shared.config import settings

from orchestrator.channels.adapter import (
    Abilities,
    Absent,
    AccountRefused,
    BaseAdapter,
    Failing,
    Found,
    Keys,
    Later,
    Line,
    NotSent,
    OnUnknown,
    Part,
    Rate,
    Refused,
    Sent,
    Unsure,
    Verdict,
)
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import MARKDOWN

MAX_CHARS = 2_000
ACCOUNT_RATE = Rate(per_s=500.0, burst=100)
PLACE_RATE = Rate(per_s=50.0, burst=20)


class ScriptedAdapter(BaseAdapter):
    """`keys` as the account was made, and `on_unknown`, are its settings."""

    def abilities(self, account: Account) -> Abilities:
        given = account.settings
        return Abilities(
            keys=cast(Keys, given.get("keys", "repeat")),
            on_unknown=cast(OnUnknown, given.get("on_unknown", "repeat")),
            account_rate=ACCOUNT_RATE,
            place_rate=PLACE_RATE,
        )

    def render(self, markdown: str) -> Sequence[Part]:
        parts = render(markdown, MARKDOWN, MAX_CHARS)
        return [{"text": part.text, "plain": part.plain} for part in parts]

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict:
        verdict = await self._post(part["text"], "markdown", place, key, line)
        if verdict == Refused("cannot_parse"):
            verdict = await self._post(part["plain"], "plain", place, key, line)
        return verdict

    async def _post(self, text: str, format_: str, place: str, key: UUID, line: Line) -> Verdict:
        body = {"place": place, "text": text, "format": format_}
        try:
            status, answer, headers = await _call(
                line, "POST", "/api/messages", body, {"Idempotency-Key": str(key)}
            )
        except aiohttp.ClientConnectorError:
            return NotSent("unreachable")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(type(error).__name__)
        code = str(answer.get("error", status))
        match status:
            case 200:
                return Sent(str(answer["id"]))
            case 429:
                return Later(float(headers.get("Retry-After", "1")), code)
            case 401:
                return Failing(code)
            case _ if status >= 500:
                return Unsure(f"http_{status}")
            case _:
                return Refused(code)

    async def look_up(self, place: str, key: UUID, line: Line) -> Found:  # noqa: ARG002
        try:
            status, answer, _ = await _call(line, "GET", f"/api/messages?key={key}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(type(error).__name__)
        match status:
            case 200:
                return Sent(str(answer["id"]))
            case 404:
                return Absent()
            case _:
                return Unsure(f"http_{status}")

    async def prove(self, line: Line) -> Proved:
        answer = await _required(line, "GET", "/api/me")
        name = str(answer["account"])
        return Proved(name, name=name, settings={"own_id": str(answer["bot_id"])})

    async def working(self, place: str, line: Line) -> None:
        await _required(line, "POST", "/api/typing", {"place": place})

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        await _required(line, "PUT", "/api/webhook", {"url": webhook_url})

    async def unsubscribe(self, line: Line) -> None:
        await _required(line, "PUT", "/api/webhook", {"url": None})


async def _required(
    line: Line, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    status, answer, _ = await _call(line, method, path, body)
    if status != 200:
        code = str(answer.get("error", f"http_{status}"))
        raise AccountRefused(code, f"The platform said: {answer.get('message', status)}.")
    return answer


async def _call(
    line: Line,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any], Any]:
    url = settings.channels.scripted_api_url.rstrip("/") + path
    token = line.account.credentials.get("api_token", "")
    authorized = {"Authorization": f"Bearer {token}"} | (headers or {})
    async with line.http.request(method, url, json=body, headers=authorized) as answer:
        try:
            said = await answer.json()
        except (ValueError, aiohttp.ContentTypeError):
            said = {}
        if not isinstance(said, dict):
            said = {}
        await asyncio.sleep(0)
        return answer.status, said, answer.headers
