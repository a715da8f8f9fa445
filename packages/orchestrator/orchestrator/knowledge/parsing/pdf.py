"""PDF, by pdfium: the lines of each page with their places and type, from which `pdf_layout.py`
makes paragraphs and headings."""

import codecs
import ctypes
import re
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.limits import MOST_PAGES
from orchestrator.knowledge.parsing.outline import Outline
from orchestrator.knowledge.parsing.pdf_layout import Line, lay_out, without_running_heads

codecs.lookup("utf-16-le")  # what pypdfium2 decodes with; later no module can be opened

BOLD: Final = 600
SMALLEST: Final = 2.0
"""Points: what is smaller is not written for people."""
CELL_GAP: Final = 1.5
CELL_GAP_AMONG_NARROW: Final = 0.85
"""In sizes of the type: a gap in a line that is wider parts the cells of a table."""
MIXED: Final = 3
SPACE: Final = 32
BETWEEN_CELLS: Final = " | "
TEXT_OF_A_SCAN: Final = 25
"""Characters a page: a stamp or a number on a picture is no text."""
WHITE: Final = 250
_PAINTED: Final = (
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_SHADING,
)
_MARK_AND_GAP = re.compile(r"\A(\W{1,2}|\(?\w{1,3}[.)])" + re.escape(BETWEEN_CELLS))
_LEADERS = re.compile(r"\s?(?:[.·_…]\s?){5,}")
_LINE_ENDS: Final = frozenset("\r\n")
_SOFT_HYPHENS: Final = frozenset("\x02\xad\ufffe")


def read(content: bytes) -> Outline:
    """Raises ParseFailed."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise failures.password() from None
        raise failures.broken() from None
    if len(document) > MOST_PAGES:
        raise failures.too_many_pages()
    pages, pictures = [], []
    for page in _pages(document):
        pages.append([] if page is None else list(_lines(page)))
        pictures.append(page is not None and not pages[-1] and _has_picture(page))
        if page is not None:
            page.close()
    pages = without_running_heads(pages)
    outline = Outline(title=_title(document))
    outline.unread_pages = [n for n, is_picture in enumerate(pictures, 1) if is_picture]
    characters = sum(len(line.text) for lines in pages for line in lines)
    if characters < TEXT_OF_A_SCAN * len(pages) and _is_scan(document, outline.unread_pages):
        raise failures.scanned_without_text()
    lay_out(pages, _contents(document), outline)
    return outline


def _pages(document: pypdfium2.PdfDocument) -> Iterator[Any]:
    """None for a page that is damaged."""
    for number in range(len(document)):
        try:
            yield document[number]
        except pypdfium2.PdfiumError:
            yield None


def _lines(page: Any) -> Iterator[Line]:
    text = page.get_textpage()
    raw, count = text.raw, text.count_chars()
    began = 0
    codes = [pdfium.FPDFText_GetUnicode(raw, at) for at in range(count)]
    is_blank = not _has_paint(page)
    for at in range(count + 1):
        if at == count or chr(codes[at]) in _LINE_ENDS:
            if (line := _line(raw, codes, began, at, is_blank)) is not None:
                yield line
            began = at + 1
    text.close()


def _line(raw: Any, codes: list[int], start: int, end: int, is_blank: bool) -> Line | None:
    """None for what nobody sees: on a page with nothing painted behind (`is_blank`) that is also
    white text."""
    seen = [at for at in range(start, end) if not chr(codes[at]).isspace()]
    if not seen:
        return None
    type_of = _most_typical([at for at in seen if chr(codes[at]).isalnum()] or seen)
    boxes = [_box(raw, at) for at in type_of]
    size = median(box.top - box.bottom for box in boxes)
    if size < SMALLEST or (is_blank and all(_is_unseen(raw, at) for at in type_of)):
        return None
    first, last = _box(raw, seen[0]), _box(raw, seen[-1])
    gaps = {
        at: _box(raw, at + 1).left - _box(raw, at - 1).right
        for at in range(seen[0] + 1, seen[-1])
        if codes[at] == SPACE
    }
    cell_gap = _least_cell_gap(list(gaps.values()), size)
    characters = [
        BETWEEN_CELLS if gaps.get(at, 0.0) > cell_gap else chr(codes[at])
        for at in range(seen[0], seen[-1] + 1)
    ]
    is_parted = characters[-1] in _SOFT_HYPHENS or (
        characters[-1] == "-" and pdfium.FPDFText_IsHyphen(raw, seen[-1]) == 1
    )
    if is_parted:
        characters.pop()
    text = "".join(characters).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return Line(
        text=_LEADERS.sub(" … ", _MARK_AND_GAP.sub(r"\1 ", text)),
        size=size,
        is_bold=all(_is_bold(raw, at) for at in type_of),
        left=first.left,
        right=last.right,
        top=boxes[0].top,
        bottom=boxes[0].bottom,
        ends_in_word=is_parted,
    )


def _most_typical(places: list[int]) -> list[int]:
    """Three of a line say in which type it is: a bullet, or a word in another, does not."""
    return [places[0], places[len(places) // 2], places[-1]]


def _least_cell_gap(gaps: list[float], size: float) -> float:
    """Wider than any space between words; less where the other gaps of the line are narrow, since
    lines that are set flush have wide ones throughout."""
    widest = max(gaps, default=0.0)
    is_mixed = widest > CELL_GAP * size or min(gaps, default=0.0) * MIXED < widest
    return (CELL_GAP_AMONG_NARROW if is_mixed else CELL_GAP) * size


def _box(raw: Any, at: int) -> Any:
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(raw, at, ctypes.byref(box))
    return box


def _is_bold(raw: Any, at: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(raw, at) >= BOLD:
        return True
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(raw, at, name, 128, None)
    return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def _is_unseen(raw: Any, at: int) -> bool:
    """White, or painted by no ink at all, as the text below a scan is."""
    of = pdfium.FPDFText_GetTextObject(raw, at)
    if of and pdfium.FPDFTextObj_GetTextRenderMode(of) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
        return True
    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFText_GetFillColor(raw, at, *map(ctypes.byref, parts)):
        return False
    *color, opacity = (part.value for part in parts)
    return min(color) >= WHITE or opacity == 0


def _has_paint(page: Any) -> bool:
    return _has(page, *_PAINTED)


def _has_picture(page: Any) -> bool:
    return _has(page, pdfium.FPDF_PAGEOBJ_IMAGE)


def _has(page: Any, *kinds: int) -> bool:
    return next(page.get_objects(filter=kinds, max_depth=3), None) is not None


def _is_scan(document: pypdfium2.PdfDocument, unread: list[int]) -> bool:
    return bool(unread) or any(page is not None and _has_picture(page) for page in _pages(document))


def _title(document: pypdfium2.PdfDocument) -> str:
    """Unless it is what a program put there: a file's name, "untitled"."""
    title = document.get_metadata_value("Title").strip()
    rubbish = (
        "(anonymous)",
        "microsoft ",
        "untitled",
        "document",
        "powerpoint",
        "print",
        "c:\\",
        "file:",
    )
    is_file = title.lower().rpartition(".")[2] in {
        "doc",
        "docx",
        "pdf",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "indd",
        "odt",
        "txt",
    }
    return "" if is_file or title.lower().startswith(rubbish) else title


def _contents(document: pypdfium2.PdfDocument) -> dict[tuple[int, str], int]:
    """The levels of the headings that the document's own table of contents names, by page (from 0)
    and title."""
    levels: dict[tuple[int, str], int] = {}
    for number, mark in enumerate(document.get_toc(max_depth=6)):
        destination = mark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            levels[page, _key(mark.get_title())] = mark.level + 1
        if number > 5000:
            break
    return levels


def _key(title: str) -> str:
    return "".join(title.lower().split())
