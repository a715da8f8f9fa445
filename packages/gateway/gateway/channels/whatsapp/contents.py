"""What a message on WhatsApp says, whatever kind it is of: its text, and files that come with it.

What cannot be read here is told in brackets, so that the employee can say so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.conversations.media import MediaRef

MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    files: Sequence[MediaRef] = ()


def content_of(kind: str, message: Mapping[str, Any]) -> Content:
    """Raises KeyError, TypeError, AttributeError for what cannot be read."""
    if kind in MEDIA:
        return _media(kind, message[kind])
    return Content(_KINDS.get(kind, _unreadable)(message))


def _media(kind: str, media: Mapping[str, Any]) -> Content:
    mime = str(media.get("mime_type", "")).partition(";")[0]
    name = media.get("filename") or f"{kind}.{mime.rpartition('/')[2] or 'bin'}"
    file = MediaRef(str(media["id"]), str(name), mime or None)
    return Content(str(media.get("caption") or ""), [file])


def _text(message: Mapping[str, Any]) -> str:
    return str(message["text"]["body"])


def _location(message: Mapping[str, Any]) -> str:
    where = message["location"]
    names = ", ".join(str(where[each]) for each in ("name", "address") if where.get(each))
    return f"[location: {names or 'without a name'} ({where['latitude']}, {where['longitude']})]"


def _contacts(message: Mapping[str, Any]) -> str:
    return "\n".join(f"[contact: {_person(each)}]" for each in message["contacts"])


def _person(contact: Mapping[str, Any]) -> str:
    name = str((contact.get("name") or {}).get("formatted_name") or "without a name")
    reached = [each.get("phone") for each in contact.get("phones") or ()]
    reached += [each.get("email") for each in contact.get("emails") or ()]
    return ", ".join([name, *(str(each) for each in reached if each)])


def _button(message: Mapping[str, Any]) -> str:
    return str(message["button"]["text"])


def _interactive(message: Mapping[str, Any]) -> str:
    reply = message["interactive"]
    chosen = reply.get("button_reply") or reply.get("list_reply")
    return str(chosen["title"]) if chosen else _unreadable(message)


def _order(message: Mapping[str, Any]) -> str:
    order = message["order"]
    items = [
        f"{item['quantity']} x {item['product_retailer_id']} at {item['item_price']} "
        f"{item['currency']}"
        for item in order["product_items"]
    ]
    return "\n".join(filter(None, [str(order.get("text") or ""), f"[order: {'; '.join(items)}]"]))


def _unreadable(message: Mapping[str, Any]) -> str:
    kind = str(message.get("type", "unknown"))
    named = "" if kind in ("unsupported", "unknown") else f" ({kind})"
    return f"[a message of a kind that cannot be read here{named}]"


_KINDS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
