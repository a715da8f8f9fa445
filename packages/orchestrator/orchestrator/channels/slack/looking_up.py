"""Whether a message arrived, asked of the conversation's own history by our delivery's id."""

import time
from typing import Any, Final
from uuid import UUID

from shared.channels.verdicts import OLDEST_S

from orchestrator.channels.adapter import Absent, Found, Line, Sent, Unknown, Unsure
from orchestrator.channels.slack.calls import ACCOUNT, LIMITED, UNKNOWN, Answer, call
from orchestrator.channels.slack.places import Place
from orchestrator.channels.slack.sending import EVENT_TYPE

PAGE: Final = 100
PAGES: Final = 5
MARGIN_S: Final = 600.0
"""By which Slack's clock and ours may differ."""


async def look_up(place: Place, key: UUID, line: Line) -> Found:
    """`Unknown` where the app may not read the place. Raises aiohttp's errors and TimeoutError."""
    channel = await place.channel_id(line)
    if isinstance(channel, Answer):
        return _no_answer(channel)
    where: dict[str, Any] = {"channel": channel}
    if place.thread:
        where["ts"] = place.thread
    method = "conversations.replies" if place.thread else "conversations.history"
    oldest, cursor = f"{time.time() - OLDEST_S - MARGIN_S:.6f}", None
    for _ in range(PAGES):
        page = await call(
            line,
            method,
            **where,
            oldest=oldest,
            cursor=cursor,
            limit=PAGE,
            include_all_metadata=True,
        )
        if not page.ok:
            return _no_answer(page)
        for message in page.body.get("messages") or []:
            if _bears(message, key):
                return Sent(str(message["ts"]))
        cursor = (page.body.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return Absent()
    return Unknown("history_too_long")


def _bears(message: dict[str, Any], key: UUID) -> bool:
    borne = message.get("metadata") or {}
    payload = borne.get("event_payload") or {}
    return borne.get("event_type") == EVENT_TYPE and payload.get("delivery") == str(key)


def _no_answer(answer: Answer) -> Found:
    """Not now, or never."""
    if answer.status == 429 or answer.status >= 500 or answer.error in LIMITED | UNKNOWN:
        return Unsure(answer.error, wait_s=answer.retry_after_s or 0.0)
    if answer.error in ACCOUNT - {"missing_scope"}:
        return Unsure(answer.error)  # asked again when the account is well
    return Unknown(answer.error)
