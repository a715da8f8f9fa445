"""A message that a business sends: whether Meta takes it, and what there is to read in it."""

from dataclasses import dataclass
from typing import Any, Final

from orchestrator.scripted_whatsapp.numbers import Number
from orchestrator.scripted_whatsapp.refusals import Refusal

MAX_UTF16: Final = 4_096
MAX_CAPTION: Final = 1_024
KINDS: Final = frozenset(
    {"text", "template", "image", "video", "audio", "document", "sticker", "location"}
    | {"contacts", "interactive", "reaction"}
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    place: str
    text: str
    key: str | None
    kind: str


def outgoing(body: dict[str, Any], number: Number) -> Outgoing:
    """Raises Refusal."""
    if body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    kind = str(body.get("type", "text"))
    if kind not in KINDS:
        raise Refusal(131051, f"Message type {kind} is not supported.")
    content = body.get(kind)
    if not isinstance(content, dict | list):
        raise Refusal(131008, f"The parameter {kind} is required.")
    # A number takes precedence; an id in `to` reaches nobody, and nobody is told.
    place = str(body.get("to") or body.get("recipient") or "")
    if not place:
        raise Refusal(131008, "One of the parameters to and recipient is required.")
    key = body.get("biz_opaque_callback_data")
    if key is not None and len(str(key)) > 512:
        raise Refusal(131009, "biz_opaque_callback_data has 512 characters at most.")
    if body.get("to") and "." in place:
        place = f"nobody ({place})"
    text = _text(kind, content, number)
    return Outgoing(place, text, None if key is None else str(key), kind)


def _text(kind: str, content: Any, number: Number) -> str:
    if kind == "text":
        text = str(content.get("body") or "")
        if not text:
            raise Refusal(131008, "The parameter text['body'] is required.")
        if len(text.encode("utf-16-le")) // 2 > MAX_UTF16:
            raise Refusal(100, f"Param text['body'] must be at most {MAX_UTF16} characters long.")
        return text
    if kind == "template":
        name = str(content.get("name"))
        language = str((content.get("language") or {}).get("code"))
        if (name, language) not in number.templates:
            raise Refusal(132001, f"template name ({name}) does not exist in {language}")
        return f"[template {name}]"
    if isinstance(content, dict) and len(str(content.get("caption", ""))) > MAX_CAPTION:
        raise Refusal(131009, f"A caption has {MAX_CAPTION} characters at most.")
    return f"[{kind}]"
