"""Lines of a PDF's pages to headings, paragraphs, lists and tables, by place and type.

A PDF knows none of these. A line is a heading if the table of contents names it, or it is set in
larger type than most, or bold and short. Lines that fill their column run on as a paragraph.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from orchestrator.knowledge.parsing.outline import Outline

BETWEEN_CELLS: Final = " | "
LARGER: Final = 1.12
LONGEST_HEADING: Final = 120
MOST_LINES_OF_HEADING: Final = 3
SAME_LEFT: Final = 20.0
FULL: Final = 0.75
"""A line that goes so far to the right of its column runs on in the next."""
WIDER_GAP: Final = 0.3
"""In sizes of the type, over the usual one: a new paragraph."""
LINES_AT_AN_EDGE: Final = 2
PAGES_FOR_RUNNING_HEADS: Final = 3
LEAST_TABLE_ROWS: Final = 3
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"\s*(?:[•◦▪‣●○■□▶►✓✔➤·]|[-–—*](?=\s))\s*")
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,3}[.)]|\d{1,2}(?:\.\d{1,2})+|\(?[a-z]\))\s")
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """Points from the left and from below. `ends_in_word`: a hyphen was there."""

    text: str
    size: float
    is_bold: bool
    left: float
    right: float
    top: float
    bottom: float
    ends_in_word: bool = False


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Without what stands in the same place at the top or the bottom of most pages, in no larger
    type than the rest: names, dates, page numbers."""
    body = _body_size(pages)
    edges = [[line for line in _edges(lines) if line.size <= body * LARGER] for lines in pages]
    seen = Counter(key for lines in edges for key in set(map(_place, lines)))
    least = max(PAGES_FOR_RUNNING_HEADS, len(pages) // 2)
    repeated = [{id(line) for line in lines if seen[_place(line)] >= least} for lines in edges]
    return [
        [line for line in lines if id(line) not in dropped]
        for lines, dropped in zip(pages, repeated, strict=True)
    ]


def lay_out(
    pages: Sequence[Sequence[Line]], contents: Mapping[tuple[int, str], int], outline: Outline
) -> None:
    """Says all pages into the outline. `contents`: the levels of titles, by page (from 0)."""
    body = _body_size(pages)
    levels = _levels(pages, body)
    named: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (page, title), named_level in contents.items():
        named[page][title] = named_level
    for number, lines in enumerate(pages):
        outline.page()
        for level, group in groupby(lines, partial(_level, levels=levels, named=named[number])):
            together = list(group)
            if level is None or len(together) > MOST_LINES_OF_HEADING * 4:
                _say_body(together, lines, outline)
            elif level == 0:
                _say_bold(together, lines, outline)
            else:
                for heading in _paragraphs(together, lines):
                    outline.heading(level, _joined(heading, run_on=True))


def _level(line: Line, levels: Sequence[float], named: Mapping[str, int]) -> int | None:
    """0 for a bold line, which is a heading only where there are no others; None for text."""
    if (level := named.get("".join(line.text.lower().split()))) is not None:
        return level
    if len(line.text) > LONGEST_HEADING or BETWEEN_CELLS in line.text or _BULLET.match(line.text):
        return None
    if not any(character.isalpha() for character in line.text):
        return None
    size = _rounded(line.size)
    if size in levels:
        return min(levels.index(size) + 1, 4)
    if line.is_bold and not _ENDS_SENTENCE.search(line.text):
        return 0
    return None


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size most characters have."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[_rounded(line.size)] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _levels(pages: Sequence[Sequence[Line]], body: float) -> list[float]:
    """Sizes of headings, largest first."""
    sizes = {_rounded(line.size) for lines in pages for line in lines}
    return sorted((size for size in sizes if size > body * LARGER), reverse=True)


def _say_bold(lines: Sequence[Line], of_page: Sequence[Line], outline: Outline) -> None:
    for paragraph in _paragraphs(lines, of_page):
        if len(paragraph) <= MOST_LINES_OF_HEADING:
            outline.bold(_joined(paragraph, run_on=True))
        else:
            outline.paragraph(_joined(paragraph))


def _say_body(lines: Sequence[Line], of_page: Sequence[Line], outline: Outline) -> None:
    for cells, group in groupby(lines, lambda line: line.text.count(BETWEEN_CELLS)):
        together = list(group)
        if cells and len(together) >= LEAST_TABLE_ROWS:
            outline.table([line.text.split(BETWEEN_CELLS) for line in together])
        else:
            for paragraph in _paragraphs(together, of_page):
                outline.paragraph(_joined(paragraph))


def _paragraphs(
    lines: Sequence[Line], of_page: Sequence[Line]
) -> Iterator[list[tuple[Line, bool]]]:
    """Lines that belong together, each with whether it fills its column."""
    usual = _usual_gap(of_page)
    paragraph: list[tuple[Line, bool]] = []
    for line in lines:
        if paragraph and not _belongs(paragraph[-1][0], line, usual):
            yield paragraph
            paragraph = []
        paragraph.append((line, _is_full(line, of_page)))
    if paragraph:
        yield paragraph


def _belongs(above: Line, line: Line, usual: float) -> bool:
    if line.top > above.top:  # the next column
        return not _ENDS_SENTENCE.search(above.text) and line.text[:1].islower()
    return above.bottom - line.top <= usual + WIDER_GAP * line.size


def _usual_gap(lines: Sequence[Line]) -> float:
    gaps = [
        above.bottom - line.top
        for above, line in pairwise(lines)
        if line.top < above.top and _rounded(line.size) == _rounded(above.size)
    ]
    return median(gaps) if gaps else 0.0


def _is_full(line: Line, of_page: Sequence[Line]) -> bool:
    column = max(other.right for other in of_page if abs(other.left - line.left) < SAME_LEFT)
    return line.right - line.left >= FULL * (column - line.left)


def _joined(paragraph: Sequence[tuple[Line, bool]], *, run_on: bool = False) -> str:
    """Run on where a line fills its column, else in lines."""
    text = ""
    before: tuple[Line, bool] | None = None
    for line, is_full in paragraph:
        said, bullets = (
            _BULLET.subn("- ", line.text, count=1) if _BULLET.match(line.text) else (line.text, 0)
        )
        begins_anew = bullets or _NUMBERED.match(line.text)
        if before is None:
            text = said
        elif before[0].ends_in_word:
            text += said
        elif run_on or (before[1] and not begins_anew):
            text += " " + said
        else:
            text += "\n" + said
        before = line, is_full
    return text


def _edges(lines: Sequence[Line]) -> list[Line]:
    if len(lines) <= 2 * LINES_AT_AN_EDGE:
        return list(lines)
    return [*lines[:LINES_AT_AN_EDGE], *lines[-LINES_AT_AN_EDGE:]]


def _place(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text).strip(), round(line.top)


def _rounded(size: float) -> float:
    return round(size * 2) / 2
