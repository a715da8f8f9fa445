"""What Slack's events say, in our words: pure functions over one payload of the Events API.

Both ways in use them: the gateway for webhooks, the worker for Socket Mode. A message is named by
its channel and `ts`, so that the two events of one mention, or eleven of one message, are one. The
event's id names the delivery.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from shared.channels.accounts import Account
from shared.channels.events import Deleted, Edited, Ignored, Inbound, Lifecycle
from shared.channels.slack import text
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.media import MediaRef
from shared.conversations.receive import Heard

Payload = Mapping[str, Any]
OF_PEOPLE: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes of what a person says; all others are about channels, bots and Slack itself."""
KEY: Final = ":"
"""Between a channel and its thread, in a conversation's key."""


def account_key(payload: Payload) -> str:
    """Which installation it is for. In a shared channel the outer team may be another company's;
    `authorizations` names ours. Raises KeyError, TypeError."""
    authorizations = payload.get("authorizations") or []
    named = authorizations[0] if authorizations else payload
    enterprise, team = named.get("enterprise_id"), named.get("team_id")
    is_org_wide = bool(named.get("is_enterprise_install"))
    key = enterprise if is_org_wide or not team else team
    if not key:
        raise KeyError("team_id")
    return str(key)


def read_event(payload: Payload, account: Account) -> Inbound:
    """Raises KeyError, TypeError, AttributeError, ValueError for what is none of Slack's."""
    if payload["type"] != "event_callback":
        return Ignored(str(payload["type"])[:40])  # app_rate_limited, for one
    ours, its = account.settings.get("app_id"), payload.get("api_app_id")
    if ours and its and ours != its:
        return Ignored("another_app")  # in the same workspace
    event = payload["event"]
    match event["type"]:
        case "message" | "app_mention":
            return _message(payload, event, account)
        case "tokens_revoked":
            revoked = (event.get("tokens") or {}).get("bot") or []
            return Lifecycle("token_revoked") if revoked else Ignored("tokens_of_people")
        case "app_uninstalled":
            return Lifecycle("app_uninstalled")
        case kind:
            return Ignored(f"event_{str(kind)[:40]}")


def _message(payload: Payload, event: Payload, account: Account) -> Inbound:
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _changed(payload, event, account)
    if subtype == "message_deleted":
        before = event.get("previous_message") or {}
        told = _told(payload, event, account, str(event["deleted_ts"]), "deleted")
        return Ignored("bot") if _is_bot(before) else Deleted(told)
    if subtype not in OF_PEOPLE and subtype != "bot_message":
        return Ignored(f"subtype_{str(subtype)[:40]}")
    if event.get("hidden"):
        return Ignored("hidden")
    return _heard(payload, event, account)


def _heard(payload: Payload, event: Payload, account: Account) -> Heard:
    bot = bot_user_id(payload, account)
    channel, said = str(event["channel"]), str(event.get("text") or "")
    thread, is_direct = event.get("thread_ts"), _is_direct(event)
    ts = str(event["ts"])
    key = None if is_direct and not thread else f"{channel}{KEY}{thread or ts}"
    return Heard(
        told=_told(payload, event, account, ts),
        author=Author(external_id=str(event.get("user") or event.get("bot_id") or "")),
        text=text.plain(said, bot),
        conversation_key=key,
        thread=None if thread is None else str(thread),
        sent_at=_time(ts),
        files=[_file(each) for each in event.get("files") or []],
        is_group=not is_direct,
        addressed=is_direct
        or event["type"] == "app_mention"
        or text.mentions(said, bot)
        or (bool(thread) and event.get("parent_user_id") == bot),
        is_bot=_is_bot(event) or event.get("user") == bot,
        metadata={"channel_id": channel, "ts": ts, "thread_ts": thread},
        extras={"channel_id": channel},
    )


def _changed(payload: Payload, event: Payload, account: Account) -> Inbound:
    """Only a text that a person changed is an edit: previews of links, replies in the thread and
    Slack's own look at the language change a message, too."""
    after, before = event["message"], event.get("previous_message") or {}
    if _is_bot(after) or after.get("user") == bot_user_id(payload, account):
        return Ignored("bot")
    if after.get("subtype") == "tombstone":  # deleted, with replies that stay
        return Deleted(_told(payload, event, account, str(after["ts"]), "deleted"))
    if "edited" not in after or after.get("text") == before.get("text"):
        return Ignored("unchanged")
    said = str(after.get("text") or "")
    proof = hashlib.sha256(said.encode()).hexdigest()[:16]
    revision = f"{after['edited'].get('ts', '')}-{proof}"
    changed = text.plain(said, bot_user_id(payload, account))
    if not changed:
        return Ignored("empty")
    return Edited(_told(payload, event, account, str(after["ts"]), revision), changed)


def bot_user_id(payload: Payload, account: Account) -> str | None:
    """Ours there, as Slack said when the account was proved, else as the event's authorization
    says."""
    if known := account.settings.get("own_id"):
        return str(known)
    for each in payload.get("authorizations") or []:
        if each.get("is_bot"):
            return str(each["user_id"])
    return None


def _is_bot(event: Payload) -> bool:
    return bool(event.get("bot_id")) or event.get("subtype") == "bot_message"


def _is_direct(event: Payload) -> bool:
    """`app_mention` does not say what kind of channel it is in; ids of direct messages begin with
    D."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event["channel"]).startswith("D")


def _told(payload: Payload, event: Payload, account: Account, ts: str, revision: str = "") -> Told:
    return Told(
        connection_id=account.id,
        channel=account.channel,
        place=str(event["channel"]),
        external_message_id=ts,
        delivery_id=str(payload["event_id"]),
        revision=revision,
    )


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _file(given: Payload) -> MediaRef:
    """Of another company's file Slack names the id alone; the rest is asked for when it is
    fetched."""
    size = given.get("size")
    return MediaRef(
        id=str(given["id"]),
        name=str(given.get("name") or given.get("title") or given["id"]),
        mime=str(given.get("mimetype") or "application/octet-stream"),
        size=int(size) if size is not None else None,
    )
