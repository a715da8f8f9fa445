"""Plain text: paragraphs by blank lines, headings where people write them so."""

import re
from typing import Final

from orchestrator.knowledge.parsing.outline import Outline

LONGEST_HEADING: Final = 80
LEAST_LETTERS: Final = 4
_BLANK = re.compile(r"\n[^\S\n]*\n")
_MARKED = re.compile(r"(#{1,6})\s+(\S.*)")
_UNDERLINE = re.compile(r"(=|-|~)\1{2,}\s*")
_LEVELS: Final = {"=": 1, "-": 2, "~": 3}


def read(text: str) -> Outline:
    """A form feed begins a page."""
    outline = Outline()
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    for page in pages:
        if len(pages) > 1:
            outline.page()
        for paragraph in _BLANK.split(page):
            _say(paragraph.strip(), outline)
    return outline


def _say(paragraph: str, outline: Outline) -> None:
    first, _, rest = paragraph.partition("\n")
    second, _, after = rest.partition("\n")
    if marked := _MARKED.fullmatch(first.strip()):
        outline.heading(len(marked[1]), marked[2])
        outline.paragraph(rest)
    elif _UNDERLINE.fullmatch(second) and len(first) <= LONGEST_HEADING:
        outline.heading(_LEVELS[second[0]], first)
        outline.paragraph(after)
    elif _is_shouted(first):
        outline.bold(first)
        outline.paragraph(rest)
    else:
        outline.paragraph(paragraph)


def _is_shouted(line: str) -> bool:
    """OPENING HOURS"""
    letters = [character for character in line if character.isalpha()]
    return (
        len(letters) >= LEAST_LETTERS
        and len(line) <= LONGEST_HEADING
        and all(letter.isupper() for letter in letters)
    )
