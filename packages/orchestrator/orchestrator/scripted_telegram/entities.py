"""How Telegram reads a message's text: its HTML becomes text and entities, in UTF-16 units.

The rules and the words of refusals are those of Telegram's own parser; tests hold both together.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

Entity = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
OUTER_FIRST = (
    "blockquote", "pre", "code", "text_link",
    "bold", "italic", "underline", "strikethrough", "spoiler",
)  # fmt: skip
"""Of two that cover the same text."""
_CHARACTER = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|lt|gt|amp|quot);?")
_TAG = re.compile(r"<(/?)([^\s>]*)((?:\s+[^\s=>]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?)*)\s*>")
_ATTRIBUTE = re.compile(r"([^\s=>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
_MENTION = re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}\b")
_COMMAND = re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?\b")


class NotReadable(Exception):
    """The text is not of its dialect; says why, as Telegram does."""


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int


def utf16(text: str) -> int:
    """The length Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_html(html: str) -> tuple[str, list[Entity]]:
    """Raises NotReadable."""
    text, opened, entities = "", list[_Open](), list[Entity]()
    at = 0
    while at < len(html):
        if found := _CHARACTER.match(html, at):
            text += unescape(found.group() if found.group().endswith(";") else found.group() + ";")
            at = found.end()
        elif html[at] != "<":
            text += html[at]
            at += 1
        else:
            at = _read_tag(html, at, text, opened, entities)
    if opened:
        raise NotReadable(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    for one in entities:
        if one["type"] == "code":
            one.pop("language", None)
    return text, sorted(entities, key=_place)


def _place(entity: Entity) -> tuple[int, int, int]:
    kind = entity["type"].removeprefix("expandable_")
    return entity["offset"], -entity["length"], OUTER_FIRST.index(kind)


def _read_tag(html: str, at: int, text: str, opened: list[_Open], entities: list[Entity]) -> int:
    offset = len(html[:at].encode())
    found = _TAG.match(html, at)
    if html.startswith("</", at):
        _close(found, offset, text, opened, entities)
    else:
        name = re.compile(r"[^\s>]*").match(html, at + 1)
        tag = name.group().lower() if name else ""
        if name is None or name.end() == len(html):
            raise NotReadable(f"Unclosed start tag at byte offset {offset}")
        if tag not in KINDS:
            raise NotReadable(f'Unsupported start tag "{tag}" at byte offset {offset}')
        if found is None:
            raise NotReadable(f"Unclosed start tag at byte offset {offset}")
        argument = _argument(tag, found.group(3))
        if tag == "span" and argument != "tg-spoiler":
            raise NotReadable(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        opened.append(_Open(tag, argument, utf16(text)))
    return found.end() if found else len(html)


def _argument(tag: str, attributes: str) -> str:
    for name, *values in _ATTRIBUTE.findall(attributes):
        value = unescape(next((each for each in values if each), ""))
        if tag == "a" and name == "href":
            return value
        if tag == "code" and name == "class" and value.startswith("language-"):
            return value.removeprefix("language-")
        if tag == "span" and name == "class":
            return value
        if tag == "blockquote" and name == "expandable":
            return "expandable"
    return ""


def _close(
    found: "re.Match[str] | None",
    offset: int,
    text: str,
    opened: list[_Open],
    entities: list[Entity],
) -> None:
    if not opened:
        raise NotReadable(f"Unexpected end tag at byte offset {offset}")
    if found is None:
        raise NotReadable(f"Unclosed end tag at byte offset {offset}")
    last, name = opened.pop(), found.group(2).lower()
    if name and name != last.tag:
        raise NotReadable(
            f'Unmatched end tag at byte offset {offset}, expected "</{last.tag}>", '
            f'found "</{name}>"'
        )
    if (length := utf16(text) - last.offset) > 0:
        _add(last, length, entities)


def _add(last: _Open, length: int, entities: list[Entity]) -> None:
    kind: Entity = {"type": KINDS[last.tag], "offset": last.offset, "length": length}
    if last.tag == "a":
        if not last.argument:
            return
        kind["url"] = last.argument
    elif last.tag == "code" and last.argument:
        kind["language"] = last.argument  # told only within <pre>
    elif last.tag == "blockquote" and last.argument:
        kind["type"] = "expandable_blockquote"
    elif last.tag == "pre" and entities and entities[-1]["type"] == "code":
        inner = entities[-1]
        if (inner["offset"], inner["length"]) == (last.offset, length):
            entities.pop()
            if "language" in inner:
                kind["language"] = inner["language"]
    entities.append(kind)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without the blanks around it, which Telegram takes away of a message."""
    cut = utf16(text) - utf16(text.lstrip())
    text = text.strip()
    kept = []
    for one in entities:
        begin = max(0, one["offset"] - cut)
        end = min(utf16(text), one["offset"] - cut + one["length"])
        if end > begin:
            kept.append(one | {"offset": begin, "length": end - begin})
    return text, kept


def found_in(text: str) -> list[Entity]:
    """Mentions and commands in what a person writes."""
    kinds = (("mention", _MENTION), ("bot_command", _COMMAND))
    found = [
        {"type": kind, "offset": utf16(text[: one.start()]), "length": utf16(one.group())}
        for kind, pattern in kinds
        for one in pattern.finditer(text)
    ]
    return sorted(found, key=lambda one: int(str(one["offset"])))
