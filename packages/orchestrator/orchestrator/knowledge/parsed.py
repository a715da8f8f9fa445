"""What reading a document gives, or why it gave nothing.

The text is the whole of it: headings are lines that begin with `#`, paragraphs are parted by blank
lines, pages by a form feed. Blocks are read out of the text, so a text that somebody corrected by
hand has blocks just as one that a parser wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from orchestrator.knowledge.languages import language_of

PAGE_BREAK: Final = "\f"
_PART = re.compile(r"\n[ \t]*\n|\f")
_HEADING = re.compile(r"(#{1,6}) +([^\n]+)")
_SOLID = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list or a table. `text` is `Parsed.text[start:end]`; `page` begins at 1, and
    is None where there is only one."""

    text: str
    heading: tuple[str, ...]
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """`blocks` in reading order. `language` is ISO 639-1, or `simple` where it is not known.
    `unread_pages` have a picture and no text."""

    title: str
    text: str
    pages: int
    language: str
    unread_pages: tuple[int, ...] = ()
    blocks: list[Block] = field(default_factory=list, repr=False)


class ParseFailed(Exception):
    """`code` is for programs: password, scanned_without_text, too_big, wrong_type, broken,
    too_slow, too_much_memory, empty. The sentence tells a person what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def parsed_from(
    text: str, title: str, *, language: str | None = None, unread_pages: tuple[int, ...] = ()
) -> Parsed:
    """A text with its blocks: what a parser wrote, or what an admin made of it."""
    return Parsed(
        title=title,
        text=text,
        pages=text.count(PAGE_BREAK) + 1,
        language=language or language_of(text),
        unread_pages=unread_pages,
        blocks=list(blocks_of(text)),
    )


def blocks_of(text: str) -> Iterator[Block]:
    """In order, each with the headings above it. A heading with nothing below it is a block."""
    has_pages = PAGE_BREAK in text
    page = 1
    above: list[tuple[int, str]] = []
    bare: tuple[int, int, int] | None = None  # the last heading, as long as nothing is below it

    def block(start: int, end: int, at: int) -> Block:
        return Block(
            text[start:end], tuple(name for _, name in above), at if has_pages else None, start, end
        )

    for begins, end, pages_before in _paragraphs(text):
        start = begins
        page += pages_before
        while start < end and (heading := _HEADING.match(text, start, end)):
            level = len(heading[1])
            if bare is not None and level <= above[-1][0]:
                yield block(*bare)
            while above and above[-1][0] >= level:
                above.pop()
            above.append((level, heading[2].rstrip()))
            bare = (heading.start(2), heading.start(2) + len(above[-1][1]), page)
            body = _SOLID.search(text, heading.end(), end)
            start = body.start() if body else end
        if start < end:
            bare = None
            yield block(start, end, page)
    if bare is not None:
        yield block(*bare)


def looks_like_heading(paragraph: str) -> bool:
    """Whether its first line would be read as one."""
    return _HEADING.match(paragraph) is not None


def _paragraphs(text: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of each, without the white space around it; and page breaks before it."""
    at, breaks = 0, 0
    for part in [*_PART.finditer(text), None]:
        found = text[at : part.start() if part else len(text)]
        if body := found.strip():
            start = at + len(found) - len(found.lstrip())
            yield start, start + len(body), breaks
            breaks = 0
        if part is not None:
            breaks += part[0] == PAGE_BREAK
            at = part.end()
