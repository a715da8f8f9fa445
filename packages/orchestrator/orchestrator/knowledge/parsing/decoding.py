"""Bytes to text: what the bytes say of themselves, what the sender said, UTF-8, then a guess."""

import codecs
import re
from typing import Final

from orchestrator.knowledge.languages import WESTERN, language_of
from orchestrator.knowledge.parsing.failures import wrong_type

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAID = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SAID_IN_HTML = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
GUESSED_FROM: Final = 64 * 1024
HEAD: Final = 4096
MOST_CONTROLS: Final = 0.02


def decoded(content: bytes, mime: str = "") -> str:
    """Never fails for bytes that are text; raises ParseFailed for those that are not."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(_without_mark(encoding, mark), errors="replace")
    if utf16 := _utf16_without_mark(content[:HEAD]):
        return content.decode(utf16, errors="replace")
    head = content[:HEAD]
    if b"\0" in head or _controls(head) > MOST_CONTROLS * len(head):
        raise wrong_type(
            "This is no text and no document that can be read. Save it as PDF, DOCX or plain text "
            "and upload that.",
        )
    said = _SAID.search(mime)
    in_html = _SAID_IN_HTML.search(head)
    for name in (said and said[1], in_html and in_html[1].decode("ascii"), "utf-8"):
        if name and (text := _strictly(content, name)) is not None:
            return text
    western = content.decode("cp1252", errors="replace")
    if language_of(western) in WESTERN:
        return western
    from charset_normalizer import from_bytes  # takes longer to import than most take to read

    guess = from_bytes(content[:GUESSED_FROM]).best()
    return content.decode(guess.encoding, errors="replace") if guess else western


def _without_mark(encoding: str, mark: bytes) -> str:
    if encoding == "utf-8":
        return encoding
    return f"{encoding}-{'le' if mark[0] == 0xFF else 'be'}"


def _utf16_without_mark(head: bytes) -> str | None:
    """Text of Latin letters has a zero in every second place."""
    if len(head) < 4:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > half * 0.7 and not head[0::2].count(0):
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.7 and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _controls(head: bytes) -> int:
    return sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode("cp1252" if name.lower() in _LATIN_1 else name)
    except (LookupError, ValueError):
        return None


_LATIN_1: Final = {"iso-8859-1", "latin-1", "latin1", "iso8859-1", "ascii", "us-ascii"}
"""Which is how Windows' own is called, also by browsers."""
