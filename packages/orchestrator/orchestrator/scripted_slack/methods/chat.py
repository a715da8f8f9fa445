"""Writing: chat.* and the status of a thread."""

import json
from typing import Any

from orchestrator.scripted_slack.methods.method import Answer, Asked, Method, SlackError
from orchestrator.scripted_slack.people import delete, echo
from orchestrator.scripted_slack.workspace import Channel, Message

MARKDOWN_CHARS = 12_000
TEXT_CHARS = 40_000
"""Beyond which a text is cut, silently."""
UPDATE_CHARS = 4_000
METADATA_BYTES = 8_000


def post_message(asked: Asked) -> Answer:
    place = asked.channel()
    _may_write(asked, place)
    text = _text(asked, most=MARKDOWN_CHARS)
    thread_ts = asked.arguments.get("thread_ts")
    if thread_ts and str(thread_ts) not in place.messages:
        raise SlackError("thread_not_found")
    message = _message(asked, text)
    if thread_ts:
        message["thread_ts"] = str(thread_ts)
        message["parent_user_id"] = place.messages[str(thread_ts)].get("user")
    place.messages[message["ts"]] = message
    unfurls = str(asked.arguments.get("unfurl_links", True)).lower() != "false"
    asked.workspace.received.append(message | {"channel": place.id, "unfurls": unfurls})
    asked.workspace.installation.took()
    echo(asked.workspace, place, message)
    return {"ok": True, "channel": place.id, "ts": message["ts"], "message": message}


def update(asked: Asked) -> Answer:
    place = asked.channel()
    message = _own(asked, place, "cant_update_message")
    text = _text(asked, most=UPDATE_CHARS)
    changed = message | {
        "text": text,
        "edited": {"user": message["bot_id"], "ts": asked.workspace.clock.ts()},
    }
    changed |= _metadata(asked)
    place.messages[message["ts"]] = changed
    for kept in asked.workspace.received:
        if kept["ts"] == message["ts"] and kept["channel"] == place.id:
            kept.update(changed)
    return {
        "ok": True,
        "channel": place.id,
        "ts": message["ts"],
        "text": text,
        "message": {name: kept for name, kept in changed.items() if name != "ts"},
    }


def delete_message(asked: Asked) -> Answer:
    place = asked.channel()
    message = _own(asked, place, "cant_delete_message")
    delete(asked.workspace, place.id, message["ts"])
    return {"ok": True, "channel": place.id, "ts": message["ts"]}


def set_status(asked: Asked) -> Answer:
    channel, thread = asked.required("channel_id"), asked.required("thread_ts")
    place = asked.workspace.channels.get(channel)
    if place is None:
        raise SlackError("channel_not_found")
    asked.workspace.statuses.append((channel, thread, str(asked.arguments.get("status", ""))))
    return {"ok": True}


def _may_write(asked: Asked, place: Channel) -> None:
    if place.archived:
        raise SlackError("is_archived")
    if asked.workspace.installation.bot_user_id not in place.members:
        raise SlackError("not_in_channel")


def _text(asked: Asked, *, most: int) -> str:
    """What is to be written: real Markdown or Slack's own, never both."""
    markdown, text = asked.arguments.get("markdown_text"), asked.arguments.get("text")
    if markdown and (text or asked.arguments.get("blocks")):
        raise SlackError("markdown_text_conflict")
    if markdown:
        if len(str(markdown)) > most:
            raise SlackError("msg_too_long")
        return str(markdown)
    if not text:
        raise SlackError("no_text")
    if most == UPDATE_CHARS and len(str(text)) > most:
        raise SlackError("msg_too_long")
    return str(text)[:TEXT_CHARS]


def _message(asked: Asked, text: str) -> Message:
    installation = asked.workspace.installation
    return {
        "type": "message",
        "user": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "app_id": installation.app.id,
        "ts": asked.workspace.clock.ts(),
        "text": text,
        "team": asked.workspace.id,
        "bot_profile": {
            "id": installation.bot_id,
            "deleted": False,
            "name": installation.app.name,
            "updated": 1,
            "app_id": installation.app.id,
            "icons": {},
            "team_id": asked.workspace.id,
        },
        **_metadata(asked),
    }


def _metadata(asked: Asked) -> dict[str, Any]:
    given = asked.arguments.get("metadata")
    if not given:
        return {}
    try:
        metadata = json.loads(given) if isinstance(given, str) else given
        kind, payload = metadata["event_type"], metadata["event_payload"]
    except (ValueError, KeyError, TypeError):
        raise SlackError("invalid_metadata_format") from None
    if not isinstance(kind, str) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"metadata": {"event_type": kind, "event_payload": payload}}


def _own(asked: Asked, place: Channel, otherwise: str) -> Message:
    message = place.messages.get(asked.required("ts", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    if message.get("user") != asked.workspace.installation.bot_user_id:
        raise SlackError(otherwise)
    return message


CHAT = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete_message, ("chat:write",)),
    "assistant.threads.setStatus": Method(set_status, ("chat:write", "assistant:write")),
}
