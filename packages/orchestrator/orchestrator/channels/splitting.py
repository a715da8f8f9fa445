"""A long text as parts that each fit: cut between paragraphs, else lines, else words, else anywhere
but within what is read as one character. A fence that is cut is closed and opened again.

Joined, the parts are the whole text but for blanks at the cuts and fences added.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n`]*)$", re.MULTILINE)
CUTS = ("\n\n", "\n", " ")
JOINER, VARIATION = "\u200d", range(0xFE00, 0xFE10)
LEAST = 64
"""Below which a cut at a better place makes the part too small to be worth it."""


def split(text: str, most: int, measure: Callable[[str], int] = len) -> list[str]:
    """Parts of `most` at most, by `measure`; none for a text without content."""
    return [part for part in _parts(text.strip(), most, measure) if part.strip()]


def _parts(text: str, most: int, measure: Callable[[str], int]) -> Iterator[str]:
    opening = ""
    while True:
        whole = opening + text
        if measure(whole) <= most:
            yield whole
            return
        # Room for closing a fence, and for opening it again with its language.
        part, rest = _cut(whole, most - 8, measure, at_least=len(opening) + 1)
        fence = _open_fence(part)
        if fence is None:
            yield part.rstrip()
            opening, text = "", rest.lstrip("\n") if part.endswith("\n") else rest.lstrip(" ")
        else:
            mark, language = fence
            yield f"{part.rstrip()}\n{mark}"
            opening = f"{mark}{language}\n"
            text = rest
            if measure(opening) > most // 2:
                opening = f"{mark}\n"


def _cut(text: str, most: int, measure: Callable[[str], int], *, at_least: int) -> tuple[str, str]:
    end = _longest(text, most, measure)
    for cut in CUTS:
        at = text.rfind(cut, max(at_least, end // 4), end)
        if at >= max(at_least, min(LEAST, end // 2)):
            return text[: at + len(cut)], text[at + len(cut) :]
    end = max(at_least, end)
    while end > at_least and _within_a_character(text, end):
        end -= 1
    return text[:end], text[end:]


def _longest(text: str, most: int, measure: Callable[[str], int]) -> int:
    """How many characters from the beginning fit."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _within_a_character(text: str, at: int) -> bool:
    """Whether what stands before and after is read as one: a mark, or emoji that are joined."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    return (
        after == JOINER
        or before == JOINER
        or ord(after) in VARIATION
        or 0x1F3FB <= ord(after) <= 0x1F3FF
        or (0x1F1E6 <= ord(after) <= 0x1F1FF and 0x1F1E6 <= ord(before) <= 0x1F1FF)
        or unicodedata.combining(after) != 0
    )


def _open_fence(part: str) -> tuple[str, str] | None:
    """The mark and language of the fence that is open at the end, if one is."""
    opened: tuple[str, str] | None = None
    for found in FENCE.finditer(part):
        mark, language = found.group(1), found.group(2)
        if opened is None:
            opened = mark, language
        elif mark[0] == opened[0][0] and len(mark) >= len(opened[0]) and not language.strip():
            opened = None
    return opened
