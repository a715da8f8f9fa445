"""PDF, by pdfium: the lines of each page with their places and type, from which `pdf_layout.py`
makes paragraphs and headings."""

import codecs
import ctypes
from collections.abc import Iterator
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
"""In sizes of the type: a gap in a line that is wider parts the cells of a table."""
BETWEEN_CELLS: Final = " | "
TEXT_OF_A_SCAN: Final = 25
"""Characters a page: a stamp or a number on a picture is no text."""
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
    for at in range(count + 1):
        if at == count or chr(codes[at]) in _LINE_ENDS:
            if (line := _line(raw, codes, began, at)) is not None:
                yield line
            began = at + 1
    text.close()


def _line(raw: Any, codes: list[int], start: int, end: int) -> Line | None:
    seen = [at for at in range(start, end) if not chr(codes[at]).isspace()]
    if not seen:
        return None
    first, last = _box(raw, seen[0]), _box(raw, seen[-1])
    size = first.top - first.bottom
    if size < SMALLEST:
        return None
    characters = []
    for at in range(seen[0], seen[-1] + 1):
        is_gap = codes[at] == 32 and pdfium.FPDFText_IsGenerated(raw, at)
        if is_gap and _box(raw, at + 1).left - _box(raw, at - 1).right > CELL_GAP * size:
            characters.append(BETWEEN_CELLS)
        else:
            characters.append(chr(codes[at]))
    is_parted = characters[-1] in _SOFT_HYPHENS or (
        characters[-1] == "-" and pdfium.FPDFText_IsHyphen(raw, seen[-1]) == 1
    )
    if is_parted:
        characters.pop()
    return Line(
        text="".join(characters).encode("utf-16", "surrogatepass").decode("utf-16", "ignore"),
        size=size,
        is_bold=pdfium.FPDFText_GetFontWeight(raw, seen[0]) >= BOLD or _is_named_bold(raw, seen[0]),
        left=first.left,
        right=last.right,
        top=first.top,
        bottom=first.bottom,
        ends_in_word=is_parted,
    )


def _box(raw: Any, at: int) -> Any:
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(raw, at, ctypes.byref(box))
    return box


def _is_named_bold(raw: Any, at: int) -> bool:
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(raw, at, name, 128, None)
    return b"bold" in name.value.lower() or b"black" in name.value.lower()


def _has_picture(page: Any) -> bool:
    return (
        next(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3), None) is not None
    )


def _is_scan(document: pypdfium2.PdfDocument, unread: list[int]) -> bool:
    return bool(unread) or any(page is not None and _has_picture(page) for page in _pages(document))


def _title(document: pypdfium2.PdfDocument) -> str:
    """Unless it is what a program put there: a file's name, "untitled"."""
    title = document.get_metadata_value("Title").strip()
    rubbish = ("microsoft ", "untitled", "document", "powerpoint", "print", "c:\\", "file:")
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
