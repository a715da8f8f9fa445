"""PDF, by pdfium: `pdf_text.py` finds the lines of each page, `pdf_layout.py` makes paragraphs and
headings of them."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.limits import MOST_PAGES
from orchestrator.knowledge.parsing.outline import Outline
from orchestrator.knowledge.parsing.pdf_layout import lay_out, without_running_heads
from orchestrator.knowledge.parsing.pdf_text import has_object, lines_of

codecs.lookup("utf-16-le")  # what pypdfium2 decodes with; later no module can be opened

TEXT_OF_A_SCAN: Final = 25
"""Characters a page: a stamp or a number on a picture is no text."""
MOST_MARKS: Final = 5000
_NO_TITLE = re.compile(
    r"\(?anonymous\)?|(?:untitled|document|print|powerpoint)[\s\w-]{0,12}|microsoft \w+ - .*"
    r"|(?:\w:\\|file:).*|.*\.(?:docx?|xlsx?|pptx?|pdf|odt|txt|indd|rtf)",
    re.IGNORECASE | re.DOTALL,
)


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
        pages.append([] if page is None else list(lines_of(page)))
        pictures.append(
            page is not None and not pages[-1] and has_object(page, pdfium.FPDF_PAGEOBJ_IMAGE)
        )
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


def _is_scan(document: pypdfium2.PdfDocument, unread: list[int]) -> bool:
    return bool(unread) or any(
        page is not None and has_object(page, pdfium.FPDF_PAGEOBJ_IMAGE)
        for page in _pages(document)
    )


def _title(document: pypdfium2.PdfDocument) -> str:
    """Unless it is what a program put there."""
    title: str = document.get_metadata_value("Title").strip()
    return "" if _NO_TITLE.fullmatch(title) else title


def _contents(document: pypdfium2.PdfDocument) -> dict[tuple[int, str], int]:
    """The levels of the headings that the document's own table of contents names, by page (from 0)
    and title."""
    levels: dict[tuple[int, str], int] = {}
    for mark in islice(document.get_toc(max_depth=6), MOST_MARKS):
        destination = mark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            levels[page, _key(mark.get_title())] = mark.level + 1
    return levels


def _key(title: str) -> str:
    return "".join(title.lower().split())
