"""What a reader of a format says into: headings, paragraphs, lists, tables and pages. Gives the
text as `parsed.py` describes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from orchestrator.knowledge.parsed import PAGE_BREAK, looks_like_heading
from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.cleaning import clean, one_line
from orchestrator.knowledge.parsing.limits import MOST_CHARACTERS, MOST_PAGES
from orchestrator.knowledge.parsing.page_facts import PageFacts
from orchestrator.knowledge.parsing.tables import rows_with_header

DEEPEST: Final = 6
LONGEST_HEADING: Final = 200
LEVEL_OF_BOLD: Final = 2


@dataclass
class _Piece:
    text: str
    level: int = 0
    is_bold: bool = False


@dataclass
class Outline:
    """`title` is empty where the document does not say; then it is the first heading, or the name
    of the file."""

    title: str = ""
    is_named_by_file: bool = False
    language: str | None = None
    facts: PageFacts | None = None
    pages: int = 0
    unread_pages: list[int] = field(default_factory=list)
    _pieces: list[_Piece] = field(default_factory=list)
    _length: int = 0

    def page(self) -> None:
        """A new one begins."""
        self.pages += 1
        if self.pages > MOST_PAGES:
            raise failures.too_many_pages()
        if self.pages > 1:
            self._pieces.append(_Piece(PAGE_BREAK))

    def heading(self, level: int, text: str) -> None:
        """`level` begins at 1."""
        line = one_line(text)
        if len(line) > LONGEST_HEADING:
            self.paragraph(text)
        elif line:
            self._add(_Piece(line, min(max(level, 1), DEEPEST)))

    def bold(self, text: str) -> None:
        """A short line that stands out by its type alone: a heading where there are no others."""
        line = one_line(text)
        if line and len(line) <= LONGEST_HEADING:
            self._add(_Piece(line, is_bold=True))
        else:
            self.paragraph(text)

    def paragraph(self, text: str) -> None:
        if body := clean(text):
            self._add(_Piece(body))

    def items(self, items: Sequence[str]) -> None:
        """A list."""
        self.paragraph("\n".join(f"- {line}" for item in items if (line := one_line(item))))

    def table(self, rows: Sequence[Sequence[str]], *, has_header: bool = False) -> None:
        """Each row becomes a line that can be read by itself, since a chunk may begin with it."""
        cleaned = [[one_line(cell) for cell in row] for row in rows]
        self.paragraph("\n".join(rows_with_header(cleaned, has_header=has_header)))

    @property
    def text(self) -> str:
        has_headings = any(piece.level for piece in self._pieces)
        lines = []
        for piece in self._pieces:
            level = piece.level or (LEVEL_OF_BOLD if piece.is_bold and not has_headings else 0)
            if level:
                lines.append(f"{'#' * level} {piece.text}")
            elif looks_like_heading(piece.text):
                lines.append(f"\\{piece.text}")  # and is none
            else:
                lines.append(piece.text)
        text = "\n\n".join(lines)
        return text.replace(f"\n\n{PAGE_BREAK}\n\n", f"\n{PAGE_BREAK}\n").strip("\n")

    @property
    def first_heading(self) -> str:
        headings = (piece.text for piece in self._pieces if piece.level)
        return "" if self.is_named_by_file else next(headings, "")

    def _add(self, piece: _Piece) -> None:
        self._length += len(piece.text) + 2
        if self._length > MOST_CHARACTERS:
            raise failures.too_many_characters()
        self._pieces.append(piece)
