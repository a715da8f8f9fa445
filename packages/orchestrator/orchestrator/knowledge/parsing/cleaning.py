"""Text as search wants it: one form for each character, and nothing that nobody sees."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = [
    *range(0x00, 0x09),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    0xAD,  # soft hyphen
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    0x180E,
    0x200B,  # ZWNJ and ZWJ stay: Persian, Hindi and families of emoji need them
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),  # which way text runs, with which one text hides in another
    *range(0x2060, 0x2070),
    0x3164,
    0xFEFF,
    0xFFA0,
    *range(0xFFF0, 0xFFFC),
    0xFFFE,
    0xFFFF,
    *range(0xE000, 0xF900),  # private: no glyph anybody agreed upon
    *range(0xD800, 0xE000),  # halves of characters
    *range(0xE0000, 0xE1000),  # tags, and selectors in which whole messages were hidden
]
_TABLE: Final = dict.fromkeys(_INVISIBLE) | {
    0x85: "\n",
    0x0B: "\n",
    0x2028: "\n",
    0x2029: "\n",
}
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{2,}")


def clean(text: str) -> str:
    """NFKC, without invisible characters; single spaces, no blank lines, no white space around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    text = unicodedata.normalize("NFKC", text)
    text = _LINE_ENDS.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n", text).strip()


def one_line(text: str) -> str:
    """The same in a line."""
    return clean(text).replace("\n", " ")
