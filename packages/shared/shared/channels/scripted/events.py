"""The scripted platform's events, read: the same ones are posted to us and given out when asked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.channels.accounts import Account
from shared.channels.events import Deleted, Edited, Ignored, Inbound, Lifecycle
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.media import MediaRef
from shared.conversations.receive import Heard


def read_event(event: Mapping[str, Any], account: Account) -> Inbound:
    """Raises KeyError, TypeError, AttributeError, ValueError for what is none."""
    kind = str(event["type"])
    if kind == "revoked":
        return Lifecycle("token_revoked")
    if kind not in ("message", "edit", "delete"):
        return Ignored("unknown_event")
    told = Told(
        connection_id=account.id,
        channel=account.channel,
        place=str(event["place"]),
        external_message_id=str(event["id"]),
        delivery_id=str(event["delivery"]),
        revision=str(event["revision"]),
    )
    if kind == "delete":
        return Deleted(told)
    author, text = event["author"], str(event["text"])
    if kind == "edit":
        return Ignored("bot") if author["bot"] else Edited(told, text)
    return _message(event, account, told)


def _message(event: Mapping[str, Any], account: Account, told: Told) -> Heard:
    author, text = event["author"], str(event["text"])
    is_group = event["kind"] != "direct"
    thread = None if event.get("thread") is None else str(event["thread"])
    key = told.place if is_group else None
    return Heard(
        told=told,
        author=Author(
            external_id=str(author["id"]),
            display_name=str(author.get("name", "")) or None,
            language=event.get("language"),
        ),
        text=text,
        conversation_key=f"{told.place}/{thread}" if thread is not None else key,
        thread=thread,
        files=[_file(each) for each in event.get("files", ())],
        is_group=is_group,
        addressed=not is_group or f"@{account.external_key}" in text,
        is_bot=bool(author["bot"]),
        sent_at=datetime.fromisoformat(event["at"]).astimezone(UTC),
        metadata={"place": told.place, "external_message_id": told.external_message_id},
    )


def _file(file: Mapping[str, Any]) -> MediaRef:
    return MediaRef(str(file["id"]), file.get("name"), file.get("mime"), file.get("size"))
