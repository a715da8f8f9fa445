"""Speaks to the scripted platform."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import aiohttp
from shared.channels.accounts import Account
from shared.channels.cursors import Cursor
from shared.channels.events import Inbound
from shared.channels.proofs import Proved
from shared.channels.scripted.events import read_event
from shared.config import settings
from shared.conversations.media import MediaRef

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
from orchestrator.channels.fetching import stream
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import MARKDOWN

MAX_CHARS = 2_000
WAIT_S = 10.0
"""For news, when there are none."""
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
        return Proved(
            name,
            name=name,
            settings={"own_id": str(answer["bot_id"])},
            listens=line.account.settings.get("door") == "poll",
        )

    async def working(self, place: str, line: Line) -> None:
        await _required(line, "POST", "/api/typing", {"place": place})

    def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:
        base = settings.channels.scripted_api_url.rstrip("/")
        return stream(
            line, f"{base}/api/files/{media.id}", headers=_authorized(line), hosts=(base,)
        )

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        polled = line.account.settings.get("door") == "poll"
        told = {"url": None if polled else webhook_url, "polled": polled}
        await _required(line, "PUT", "/api/webhook", told)

    async def unsubscribe(self, line: Line) -> None:
        await _required(line, "PUT", "/api/webhook", {"url": None})

    async def listen(
        self, cursors: Mapping[str, str], line: Line
    ) -> AsyncIterator[tuple[Inbound, Cursor]]:
        known = dict(cursors)
        while True:
            asked = {"cursors": known, "wait_s": WAIT_S}
            for event in (await _required(line, "POST", "/api/events", asked))["events"]:
                cursor = Cursor(str(event["place"]), str(event["number"]))
                yield read_event(event, line.account), cursor
                known[cursor.place] = cursor.value


def _authorized(line: Line) -> dict[str, str]:
    return {"Authorization": f"Bearer {line.account.credentials.get('api_token', '')}"}


async def _required(
    line: Line, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    status, answer, _ = await _call(line, method, path, body)
    if status >= 500:
        raise aiohttp.ClientPayloadError(f"http_{status}")
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
    authorized = _authorized(line) | (headers or {})
    async with line.http.request(method, url, json=body, headers=authorized) as answer:
        try:
            said = await answer.json()
        except (ValueError, aiohttp.ContentTypeError):
            said = {}
        if not isinstance(said, dict):
            said = {}
        await asyncio.sleep(0)
        return answer.status, said, answer.headers
