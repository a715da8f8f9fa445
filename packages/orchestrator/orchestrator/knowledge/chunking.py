"""Cuts a document into chunks for search: by heading, then by paragraph, line, sentence and word.

Chunks do not overlap. Each is a slice of the text and lies under one heading; what lies under a
longer one is cut into pieces of 800 to 1,200 characters. Headings are kept apart from the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from orchestrator.knowledge.parsed import PAGE_BREAK, Parsed

LEAST: Final = 800
MOST: Final = 1200
LEAST_AT_AN_END: Final = 400
"""So that no piece of a section is a scrap."""
BETWEEN_HEADINGS: Final = " > "
_SOLID = re.compile(r"\S")
_PLACES: Final = (
    re.compile(r"\n[ \t]*\n|\f"),  # a paragraph ends
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'”’»)\]]*\s|[。！？]"),  # a sentence
    re.compile(r"[;:,]\s|[，、；]"),
    re.compile(r"\s"),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """`text` is `Parsed.text[start:end]`, but for page breaks, which are line breaks in it. `n`
    begins at 0, `page` is where it begins."""

    n: int
    heading: str
    text: str
    page: int | None
    start: int
    end: int


def chunks_of(parsed: Parsed) -> list[Chunk]:
    """In reading order. All of the text is in exactly one, but for headings and white space."""
    chunks: list[Chunk] = []
    for path, section in groupby(parsed.blocks, lambda block: block.heading):
        blocks = list(section)
        heading = BETWEEN_HEADINGS.join(path[1:] if path[:1] == (parsed.title,) else path)
        pages = [(block.start, block.page) for block in blocks]
        for start, end in _pieces(parsed.text, blocks[0].start, blocks[-1].end):
            while len(pages) > 1 and pages[1][0] <= start:
                del pages[0]
            text = parsed.text[start:end].replace(PAGE_BREAK, "\n")
            chunks.append(Chunk(len(chunks), heading, text, pages[0][1], start, end))
    return chunks


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each, without the white space between them."""
    while end - start > MOST:
        left = end - start
        if left < LEAST + MOST:  # two pieces: none of them a scrap
            least, most = max(LEAST_AT_AN_END, left - MOST), min(MOST, left - LEAST_AT_AN_END)
        else:
            least, most = LEAST, MOST
        cut = _cut(text, start + least, start + most)
        yield start, start + len(text[start:cut].rstrip())
        solid = _SOLID.search(text, cut, end)
        start = solid.start() if solid else end
    if start < end:
        yield start, end


def _cut(text: str, least: int, most: int) -> int:
    """Where a piece ends: the last of the best places there are."""
    for place in _PLACES:
        found = [match.end() for match in place.finditer(text, least, most)]
        if found:
            return found[-1]
    return most
