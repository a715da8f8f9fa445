"""The methods of the Bot API that we call: what each does to a bot, or why it refuses."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from orchestrator.scripted_telegram.bot import Bot
from orchestrator.scripted_telegram.chats import MAX_DOWNLOAD, Chat
from orchestrator.scripted_telegram.entities import NotReadable, read_html, trimmed, utf16
from orchestrator.scripted_telegram.refusals import Refusal, bad_request, forbidden

Given = Mapping[str, Any]
"""A method's parameters: of a JSON body as they are, else as text."""

MAX_TEXT = 4096
"""UTF-16 units of a message's text, after its entities were read."""
MAX_POLL = 100
LONGEST_POLL_S = 50.0
ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note",
        "upload_video_note",
    }
)  # fmt: skip
SECRET_ALLOWS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def get_me(bot: Bot, given: Given) -> Any:  # noqa: ARG001
    return bot.user.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": bot.reads_groups,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_webhook(bot: Bot, given: Given) -> Any:
    url, secret = str(given.get("url") or ""), str(given.get("secret_token") or "")
    parts = urlsplit(url)
    # Telegram takes https alone; a server of one's own, which this one is like, http too.
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not SECRET_ALLOWS.issuperset(secret):
        raise bad_request("secret token contains unallowed characters")
    allowed = given.get("allowed_updates")
    bot.updates.set_webhook(
        url,
        secret=secret,
        allowed=None if allowed is None else _list(allowed),
        drop_pending=_is_true(given.get("drop_pending_updates")),
    )
    return True


async def delete_webhook(bot: Bot, given: Given) -> Any:
    drop_pending = _is_true(given.get("drop_pending_updates"))
    bot.updates.set_webhook("", secret="", allowed=None, drop_pending=drop_pending)
    return True


async def get_webhook_info(bot: Bot, given: Given) -> Any:  # noqa: ARG001
    updates = bot.updates
    info: dict[str, Any] = {
        "url": updates.url,
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
    }
    if updates.url:
        info["max_connections"] = updates.max_connections
    if updates.last_error is not None:
        info["last_error_date"], info["last_error_message"] = updates.last_error
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


async def get_updates(bot: Bot, given: Given) -> Any:
    if given.get("allowed_updates") is not None:
        bot.updates.allowed = _list(given["allowed_updates"])
    limit = min(MAX_POLL, max(1, _number(given, "limit", MAX_POLL)))
    timeout_s = min(LONGEST_POLL_S, float(_number(given, "timeout", 0)))
    return await bot.updates.poll(_number(given, "offset", 0), limit, timeout_s)


async def send_message(bot: Bot, given: Given) -> Any:
    chat = _open_chat(bot, given)
    sent, format_ = str(given.get("text") or ""), str(given.get("parse_mode") or "")
    text, entities = _read(sent, format_, given.get("entities"))
    thread = _number(given, "message_thread_id", 0) or None
    if thread is not None and not chat.is_forum:
        raise bad_request("message thread not found")
    return bot.take(
        chat,
        text,
        entities,
        sent=sent,
        format_=format_,
        thread=thread,
        reply_to=_replied(chat, given.get("reply_parameters")),
    )


async def send_chat_action(bot: Bot, given: Given) -> Any:
    _open_chat(bot, given)
    if given.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    bot.typing += 1
    return True


async def edit_message_text(bot: Bot, given: Given) -> Any:
    chat = _open_chat(bot, given)
    message = chat.messages.get(_number(given, "message_id", 0))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != bot.id:
        raise bad_request("message can't be edited")
    sent, format_ = str(given.get("text") or ""), str(given.get("parse_mode") or "")
    text, entities = _read(sent, format_, given.get("entities"))
    if (text, entities) == (message["text"], message.get("entities", [])):
        raise bad_request(NOT_MODIFIED)
    message |= {"text": text, "entities": entities, "edit_date": message["date"]}
    return message


async def get_file(bot: Bot, given: Given) -> Any:
    stored = bot.files.by_id(str(given.get("file_id") or ""))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }


METHODS: dict[str, Callable[[Bot, Given], Awaitable[Any]]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getupdates": get_updates,
    "sendmessage": send_message,
    "sendchataction": send_chat_action,
    "editmessagetext": edit_message_text,
    "getfile": get_file,
}
"""By their names in small letters: the Bot API does not tell them apart by case."""


def _open_chat(bot: Bot, given: Given) -> Chat:
    """Raises Refusal where nothing is taken."""
    said = str(given.get("chat_id") or "")
    if not said.lstrip("-").isdigit():
        raise bad_request("chat_id is empty" if not said else "chat not found")
    chat = bot.chats.get(int(said))
    if chat is None and int(said) in bot.people:
        raise forbidden("bot can't initiate conversation with a user")
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise bad_request(
            "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
        )
    if chat.closed is not None:
        raise forbidden(chat.closed)
    return chat


def _read(sent: str, format_: str, entities: Any) -> tuple[str, list[dict[str, Any]]]:
    """What people read of it. Raises Refusal."""
    if format_.lower() == "html":
        try:
            text, found = read_html(sent)
        except NotReadable as error:
            raise bad_request(f"can't parse entities: {error}") from None
    elif format_:
        raise bad_request("unsupported parse_mode")
    else:
        text, found = sent, _list(entities) if entities else []
    text, found = trimmed(text, found)
    if not text:
        raise bad_request("message text is empty")
    if utf16(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, found


def _replied(chat: Chat, given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    told = json.loads(given) if isinstance(given, str) else given
    found = chat.messages.get(int(told.get("message_id", 0)))
    if found is None and not told.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found


def _list(given: Any) -> list[Any]:
    try:
        read = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise bad_request("can't parse JSON") from None
    return list(read)


def _number(given: Given, name: str, default: int) -> int:
    try:
        return int(given.get(name, default))
    except (TypeError, ValueError):
        raise Refusal(400, f"Bad Request: wrong parameter {name}") from None


def _is_true(given: Any) -> bool:
    return str(given).lower() in ("true", "1", "yes")
