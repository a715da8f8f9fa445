"""The lines of a page of PDF, as pdfium finds them: what they say, where, and in which type."""

import ctypes
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import pypdfium2.raw as pdfium

from orchestrator.knowledge.parsing.pdf_layout import BETWEEN_CELLS, Line

BOLD: Final = 600
SMALLEST: Final = 2.0
"""Points: what is smaller is not written for people."""
WHITE: Final = 250
CELL_GAP: Final = 1.5
"""In sizes of the type: a gap in a line that is wider parts the cells of a table."""
CELL_GAP_AMONG_NARROW: Final = 0.85
MIXED: Final = 3
DEEPEST: Final = 3
"""Of forms within forms."""
SPACE: Final = 32
_LINE_ENDS: Final = frozenset("\r\n")
_SOFT_HYPHENS: Final = frozenset("\x02\xad\ufffe")
_MARK_AND_GAP = re.compile(r"\A(\W{1,2}|\(?\w{1,3}[.)])" + re.escape(BETWEEN_CELLS))
_LEADERS = re.compile(r"\s?(?:[.·_…]\s?){5,}")
_PAINTED: Final = (
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_SHADING,
)


def lines_of(page: Any) -> Iterator[Line]:
    """In the order of the file, which is that of reading in almost all."""
    text = page.get_textpage()
    yield from _PageText(
        raw=text.raw,
        codes=[pdfium.FPDFText_GetUnicode(text.raw, at) for at in range(text.count_chars())],
        turned=page.get_rotation(),
        unseen=_unseen_parts(page),
    ).lines()
    text.close()


def has_object(page: Any, *kinds: int) -> bool:
    return next(page.get_objects(filter=kinds, max_depth=DEEPEST), None) is not None


@dataclass(frozen=True, slots=True)
class _Box:
    """Upright, as the page is shown."""

    left: float
    right: float
    top: float
    bottom: float


class _PageText:
    """`codes` are the characters, `unseen` the parts of the page that hold unseen ones."""

    def __init__(self, raw: Any, codes: list[int], turned: int, unseen: Set[int]) -> None:
        self._raw = raw
        self._codes = codes
        self._turned = turned
        self._unseen = unseen

    def lines(self) -> Iterator[Line]:
        began = 0
        for at in range(len(self._codes) + 1):
            if at == len(self._codes) or chr(self._codes[at]) in _LINE_ENDS:
                if (line := self._line(began, at)) is not None:
                    yield line
                began = at + 1

    def _line(self, start: int, end: int) -> Line | None:
        """None where there is nothing to be seen."""
        shown = [at for at in range(start, end) if not (self._unseen and self._is_unseen(at))]
        seen = [at for at in shown if not chr(self._codes[at]).isspace()]
        if not seen:
            return None
        typical = _some_of([at for at in seen if chr(self._codes[at]).isalnum()] or seen)
        boxes = [self._box(at) for at in typical]
        size = median(box.top - box.bottom for box in boxes)
        if size < SMALLEST:
            return None
        said = self._said([at for at in shown if seen[0] <= at <= seen[-1]], size)
        is_parted = said[-1] in _SOFT_HYPHENS or (
            said[-1] == "-" and pdfium.FPDFText_IsHyphen(self._raw, seen[-1]) == 1
        )
        return Line(
            text=said[:-1] if is_parted else said,
            size=size,
            is_bold=all(map(self._is_bold, typical)),
            left=self._box(seen[0]).left,
            right=self._box(seen[-1]).right,
            top=boxes[0].top,
            bottom=boxes[0].bottom,
            ends_in_word=is_parted,
        )

    def _said(self, places: list[int], size: float) -> str:
        """With a bar where a gap parts the cells of a table."""
        gaps = {
            at: self._box(after).left - self._box(before).right
            for before, at, after in zip(places, places[1:], places[2:], strict=False)
            if self._codes[at] == SPACE
        }
        least = _least_cell_gap(list(gaps.values()), size)
        said = "".join(
            BETWEEN_CELLS if gaps.get(at, 0.0) > least else chr(self._codes[at]) for at in places
        )
        whole = said.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
        return _LEADERS.sub(" … ", _MARK_AND_GAP.sub(r"\1 ", whole))

    def _box(self, at: int) -> _Box:
        box = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(self._raw, at, ctypes.byref(box))
        left, right, top, bottom = box.left, box.right, box.top, box.bottom
        if self._turned == 90:
            return _Box(bottom, top, -left, -right)
        if self._turned == 180:
            return _Box(-right, -left, -bottom, -top)
        if self._turned == 270:
            return _Box(-top, -bottom, right, left)
        return _Box(left, right, top, bottom)

    def _is_bold(self, at: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._raw, at) >= BOLD:
            return True
        name = ctypes.create_string_buffer(128)
        pdfium.FPDFText_GetFontInfo(self._raw, at, name, 128, None)
        return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))

    def _is_unseen(self, at: int) -> bool:
        part = pdfium.FPDFText_GetTextObject(self._raw, at)
        return bool(part) and ctypes.addressof(part.contents) in self._unseen


def _unseen_parts(page: Any) -> Set[int]:
    """What is painted by no ink, or by white on a page with nothing else painted. Where there is a
    picture, such text is what was recognised in it, or stands on it."""
    if has_object(page, *_PAINTED):
        return frozenset()
    texts = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,), max_depth=DEEPEST)
    return {ctypes.addressof(text.raw.contents) for text in texts if _has_no_ink(text.raw)}


def _has_no_ink(text: Any) -> bool:
    if pdfium.FPDFTextObj_GetTextRenderMode(text) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
        return True
    inks = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(text, *map(ctypes.byref, inks)):
        return False
    *color, opacity = (ink.value for ink in inks)
    return min(color) >= WHITE or opacity == 0


def _some_of(places: list[int]) -> list[int]:
    """Three say in which type a line is: a bullet, or a word in another, does not."""
    return [places[0], places[len(places) // 2], places[-1]]


def _least_cell_gap(gaps: list[float], size: float) -> float:
    """Wider than any space between words; less where the other gaps of the line are narrow, since
    lines that are set flush have wide ones throughout."""
    widest = max(gaps, default=0.0)
    is_mixed = widest > CELL_GAP * size or min(gaps, default=0.0) * MIXED < widest
    return (CELL_GAP_AMONG_NARROW if is_mixed else CELL_GAP) * size
