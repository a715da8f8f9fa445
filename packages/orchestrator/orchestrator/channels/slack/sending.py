"""One message of an answer, posted or put in the place of the placeholder.

Slack has no key for a message, so each bears our delivery's id as metadata, by which it is found
when nobody knows whether it arrived. A placeholder is rewritten only by an answer that is one part
of up to 4,000 characters, which is what Slack takes in an edit; before a longer one it is deleted.
"""

from typing import Any, Final
from uuid import UUID

from orchestrator.channels.adapter import Line, Part, Sent, Verdict
from orchestrator.channels.slack.calls import Answer, call, verdict
from orchestrator.channels.slack.places import Place

EVENT_TYPE: Final = "konstruct_delivery"
IN_PLACE_CHARS: Final = 4_000
UNREADABLE: Final = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "markdown_text_conflict",
        "msg_blocks_too_long",
    }
)
"""Slack could not read the Markdown: the same as plain text."""
PLACEHOLDER_GONE: Final = frozenset(
    {
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "message_not_found",
        "msg_too_long",
        "streaming_state_conflict",
    }
)


def metadata(key: UUID) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery": str(key)}}


async def send(part: Part, place: Place, key: UUID, line: Line) -> Verdict:
    """Raises aiohttp's errors and TimeoutError."""
    hints = part.get("hints") or {}
    # Direct messages have an id of their own, which the person's own message came with.
    channel = str(hints.get("channel_id") or place.channel) if place.is_person else place.channel
    if placeholder := hints.get("placeholder_ts"):
        if part.get("alone") and len(part["text"]) <= IN_PLACE_CHARS:
            answer = await _written(
                part, line, "chat.update", channel=channel, ts=placeholder, metadata=metadata(key)
            )
            if answer.ok:
                return Sent(str(answer.body["ts"]))
            if answer.error not in PLACEHOLDER_GONE:
                return verdict(answer)
        else:
            await call(line, "chat.delete", channel=channel, ts=placeholder)
    answer = await _written(
        part,
        line,
        "chat.postMessage",
        channel=channel,
        thread_ts=place.thread,
        metadata=metadata(key),
        unfurl_links=False,  # a preview is fetched by Slack: an address in an answer asks nobody
        unfurl_media=False,
    )
    return Sent(str(answer.body["ts"])) if answer.ok else verdict(answer)


async def _written(part: Part, line: Line, method: str, **where: Any) -> Answer:
    answer = await call(line, method, markdown_text=part["text"], **where)
    if answer.error in UNREADABLE:
        return await call(line, method, text=escaped(part["plain"]), parse="none", **where)
    return answer


def escaped(text: str) -> str:
    """As Slack's own writing, which reads three characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
