"""Telegram's updates, read: the same ones are posted to us and given out when we ask.

A talk between two is known by its person. A group is one conversation, and so is each topic of a
forum. In a group we are addressed by our name, by a command, or by a reply to us.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.channels.accounts import Account
from shared.channels.events import Edited, Ignored, Inbound, Moved
from shared.channels.telegram import sentences
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.media import MediaRef
from shared.conversations.receive import Heard

WANTED = ("message", "edited_message")
"""Kinds of update we ask for."""
_FILES = (  # `animation` comes before `document`, which Telegram says of it, too
    ("animation", "animation.mp4", "video/mp4"),
    ("document", None, None),
    ("video", "video.mp4", "video/mp4"),
    ("video_note", "video.mp4", "video/mp4"),
    ("voice", "voice.ogg", "audio/ogg"),
    ("audio", "audio.mp3", "audio/mpeg"),
)


def read_update(update: Mapping[str, Any], account: Account) -> Inbound:
    """Raises KeyError, TypeError, AttributeError, ValueError for what is none."""
    delivery_id = str(int(update["update_id"]))
    if "message" in update:
        return _message(update["message"], account, delivery_id)
    if "edited_message" in update:
        return _edited(update["edited_message"], account, delivery_id)
    return Ignored(next(iter(update.keys() - {"update_id"}), "empty_update"))


def _message(message: Mapping[str, Any], account: Account, delivery_id: str) -> Inbound:
    chat = message["chat"]
    if "migrate_to_chat_id" in message:
        return Moved(str(chat["id"]), str(message["migrate_to_chat_id"]))
    if "migrate_from_chat_id" in message:
        return Moved(str(message["migrate_from_chat_id"]), str(chat["id"]))
    if message.get("is_automatic_forward") or chat["type"] == "channel":
        return Ignored("of_a_channel")
    text, files = _words(message), list(_files(message))
    if not text and not files:
        return Ignored("service_message")
    is_group, topic = chat["type"] != "private", _topic(message)
    place = str(chat["id"])
    key = place if is_group else None
    return Heard(
        told=_told(message, account, delivery_id),
        author=_author(message),
        text=text,
        conversation_key=f"{place}/{topic}" if topic else key,
        files=files,
        is_group=is_group,
        addressed=not is_group or _is_addressed(message, account),
        is_bot=_is_bot(message),
        sent_at=datetime.fromtimestamp(int(message["date"]), UTC),
        metadata=_metadata(message, place),
    )


def _edited(message: Mapping[str, Any], account: Account, delivery_id: str) -> Inbound:
    if _is_bot(message):
        return Ignored("bot")
    text = _words(message)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    revision = f"{int(message.get('edit_date', 0))}:{digest}"
    return Edited(_told(message, account, delivery_id, revision), text)


def _told(
    message: Mapping[str, Any], account: Account, delivery_id: str, revision: str = ""
) -> Told:
    return Told(
        connection_id=account.id,
        channel=account.channel,
        place=str(message["chat"]["id"]),
        external_message_id=str(int(message["message_id"])),
        delivery_id=delivery_id,
        revision=revision,
    )


def _metadata(message: Mapping[str, Any], place: str) -> dict[str, Any]:
    """`start` is the payload of the link by which somebody came."""
    known = {"place": place, "external_message_id": str(message["message_id"])}
    command, _, payload = str(message.get("text", "")).partition(" ")
    return known | ({"start": payload.strip()} if command == "/start" and payload.strip() else {})


def _topic(message: Mapping[str, Any]) -> int | None:
    """Of a forum. Elsewhere Telegram numbers threads of replies, which are no places."""
    return int(message["message_thread_id"]) if message.get("is_topic_message") else None


# ── who ────────────────────────────────────────────────────────────────────────────────────────


def _author(message: Mapping[str, Any]) -> Author:
    """The person; of what is said in a group's or a channel's name, that."""
    if (chat := message.get("sender_chat")) is not None:
        return Author(str(chat["id"]), str(chat.get("title", "")) or None)
    user = message["from"]
    names = (user.get("first_name"), user.get("last_name"))
    return Author(
        external_id=str(user["id"]),
        display_name=" ".join(name for name in names if name) or None,
        language=user.get("language_code"),
    )


def _is_bot(message: Mapping[str, Any]) -> bool:
    """What is said in a group's name comes from a bot of Telegram's own, and a person said it."""
    return "sender_chat" not in message and bool(message["from"]["is_bot"])


def _is_addressed(message: Mapping[str, Any], account: Account) -> bool:
    own_id = account.external_key
    replied = message.get("reply_to_message") or {}
    if str((replied.get("from") or {}).get("id")) == own_id:
        return True
    us = f"@{account.settings.get('username', '')}".lower()
    for kind, name, user in _named(message):
        if kind == "mention" and name == us:
            return True
        if kind == "bot_command" and (name.endswith(us) or "@" not in name):
            return True
        if kind == "text_mention" and str(user.get("id")) == own_id:
            return True
    return False


def _named(message: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(kind, words in small letters, user) of what is marked in the text, counted in UTF-16."""
    units = _text(message).encode("utf-16-le", "surrogatepass")
    for entity in message.get("entities") or message.get("caption_entities") or ():
        begin = 2 * int(entity["offset"])
        words = units[begin : begin + 2 * int(entity["length"])].decode("utf-16-le", "replace")
        yield str(entity["type"]), words.lower(), entity.get("user") or {}


# ── what ───────────────────────────────────────────────────────────────────────────────────────


def _text(message: Mapping[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _words(message: Mapping[str, Any]) -> str:
    """What was written; of what cannot be read here, what it is."""
    if text := _text(message):
        return text
    kind = next((kind for kind in sentences.UNREADABLE if kind in message), None)
    if kind is None:
        return ""
    return sentences.unreadable(
        kind, message["sticker"].get("emoji") if kind == "sticker" else None
    )


def _files(message: Mapping[str, Any]) -> Iterator[MediaRef]:
    if photos := message.get("photo"):
        largest = max(photos, key=lambda photo: int(photo["width"]) * int(photo["height"]))
        yield _media(largest, "photo.jpg", "image/jpeg")
        return
    for kind, name, mime in _FILES:
        if file := message.get(kind):
            yield _media(file, name, mime)
            return


def _media(file: Mapping[str, Any], name: str | None, mime: str | None) -> MediaRef:
    size = file.get("file_size")
    return MediaRef(
        id=str(file["file_id"]),
        name=file.get("file_name") or name,
        mime=file.get("mime_type") or mime,
        size=None if size is None else int(size),
    )
