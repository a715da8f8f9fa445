"""Word: paragraphs with their styles, tables, lists and footnotes, in reading order. What is
deleted or hidden stays unread, and so do comments, headers and footers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from orchestrator.knowledge.parsing.office import Archive, Element, child, local, title_of, value
from orchestrator.knowledge.parsing.outline import Outline

DOCUMENT: Final = "word/document.xml"
MOST_STYLES_DEEP: Final = 10
LONGEST_BOLD_HEADING: Final = 100
NO_OUTLINE_LEVEL: Final = 9
TINY: Final = 4
"""In half points."""
_UNREAD: Final = {
    "del",
    "moveFrom",
    "instrText",
    "delText",
    "Fallback",
    "txbxContent",
    "pPr",
    "rPr",
}


def read(content: bytes) -> Outline:
    """Raises ParseFailed."""
    with Archive(content) as archive:
        outline = Outline(title=title_of(archive))
        styles = _styles(archive)
        _Reader(_levels(styles), _lists(styles), _notes(archive), outline).read(archive)
    return outline


@dataclass
class _Reader:
    levels: dict[str, int]
    lists: set[str]
    notes: dict[str, str]
    outline: Outline
    _items: list[str] = field(default_factory=list)
    _has_title: bool = False

    def read(self, archive: Archive) -> None:
        """Paragraph by paragraph and table by table, each forgotten when it was read."""
        tables = fallbacks = 0
        for event, element in archive.events(DOCUMENT):
            name = local(element)
            step = 1 if event == "start" else -1
            if name == "tbl":
                tables += step
            elif name == "Fallback":  # the same again, for old programs
                fallbacks += step
            if event == "start" or tables or fallbacks:
                continue
            if name == "p":
                self._paragraph(element)
                element.clear()
            elif name == "tbl":
                self._end_list()
                self._table(element)
                element.clear()
            elif name == "Fallback":
                element.clear()
        self._end_list()

    def _paragraph(self, paragraph: Element) -> None:
        text = self._text(paragraph)
        properties = child(paragraph, "pPr")
        level = self._level(properties)
        if level is None and self._is_item(properties):
            self._items.append(text)
            return
        self._end_list()
        if level == 0 and not self._has_title and text.strip():
            self.outline.title, self._has_title = text, True
        elif level is not None:
            self.outline.heading(max(level, 1), text)
        elif len(text) <= LONGEST_BOLD_HEADING and _is_bold(paragraph):
            self.outline.bold(text)
        else:
            self.outline.paragraph(text)

    def _level(self, properties: Element | None) -> int | None:
        """Of a heading; 0 for a title; None for text."""
        if properties is None:
            return None
        own = child(properties, "outlineLvl")
        if own is not None and (number := _number(value(own))) is not None:
            return number + 1 if number < NO_OUTLINE_LEVEL else None
        style = child(properties, "pStyle")
        return None if style is None else self.levels.get(value(style) or "")

    def _is_item(self, properties: Element | None) -> bool:
        if properties is None:
            return False
        style = child(properties, "pStyle")
        is_styled = style is not None and (value(style) or "") in self.lists
        return is_styled or child(properties, "numPr") is not None

    def _table(self, table: Element) -> None:
        rows: list[list[str]] = []
        has_header = False
        for row in _within(table, "tr"):
            properties = child(row, "trPr")
            if properties is not None and child(properties, "tblHeader") is not None:
                has_header = has_header or not rows
            cells: list[str] = []
            for cell in _within(row, "tc"):
                paragraphs = [self._text(each) for each in cell.iter() if local(each) == "p"]
                cells.append("\n".join(filter(None, paragraphs)))
                cells.extend([""] * (_span(cell) - 1))
            rows.append(cells)
        if len(rows) == 1 or max(map(len, rows), default=0) == 1:
            for row_cells in rows:  # a frame around text
                for cell_text in row_cells:
                    self.outline.paragraph(cell_text)
        else:
            self.outline.table(rows, has_header=has_header)

    def _text(self, paragraph: Element) -> str:
        return "".join(self._said(paragraph))

    def _said(self, element: Element) -> Iterator[str]:
        for each in element:
            name = local(each)
            if name in _UNREAD or (name == "r" and _is_hidden(each, element)):
                continue
            if name == "t":
                yield each.text or ""
            elif name in ("tab", "ptab"):
                yield " "
            elif name in ("br", "cr"):
                yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name in ("footnoteReference", "endnoteReference"):
                note = self.notes.get(f"{name[:4]}{value(each, 'id')}", "")
                yield f" ({note})" if note else ""
            else:
                yield from self._said(each)

    def _end_list(self) -> None:
        if self._items:
            self.outline.items(self._items)
            self._items = []


def _styles(archive: Archive) -> dict[str, Element]:
    tree = archive.xml("word/styles.xml")
    return {} if tree is None else {value(each, "styleId") or "": each for each in tree}


def _lists(styles: dict[str, Element]) -> set[str]:
    """The styles that number their paragraphs, or put a mark before them."""
    return {name for name, style in styles.items() if child(style, "pPr", "numPr") is not None}


def _levels(styles: dict[str, Element]) -> dict[str, int]:
    """The level of each style that is a heading's, by its id; 0 for the title's."""
    found = {}
    for name in styles:
        level = _level_of_style(name, styles)
        if level is not None:
            found[name] = level
    return found


def _level_of_style(name: str, styles: dict[str, Element]) -> int | None:
    for _ in range(MOST_STYLES_DEEP):
        style = styles.get(name)
        if style is None:
            return None
        called = child(style, "name")
        said = (value(called) or "").lower() if called is not None else ""
        if said == "title":
            return 0
        if said.startswith("heading ") and (number := _number(said[8:])) is not None:
            return number
        outlined = child(style, "pPr", "outlineLvl")
        if outlined is not None and (number := _number(value(outlined))) is not None:
            return number + 1 if number < NO_OUTLINE_LEVEL else None
        based_on = child(style, "basedOn")
        name = (value(based_on) or "") if based_on is not None else ""
    return None


def _notes(archive: Archive) -> dict[str, str]:
    """Footnotes and endnotes, which are read where they are referred to."""
    notes = {}
    for kind in ("footnotes", "endnotes"):
        tree = archive.xml(f"word/{kind}.xml")
        for note in () if tree is None else tree:
            said = "".join(each.text or "" for each in note.iter() if local(each) == "t")
            notes[f"{kind[:4]}{value(note, 'id')}"] = said.strip()
    return notes


def _within(element: Element, name: str) -> Iterator[Element]:
    """The nearest of that name below, also in what only wraps them."""
    for each in element:
        if local(each) == name:
            yield each
        elif local(each) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _within(each, name)


def _span(cell: Element) -> int:
    span = child(cell, "tcPr", "gridSpan")
    return min((_number(value(span)) or 1) if span is not None else 1, 100)


def _is_hidden(run: Element, paragraph: Element) -> bool:
    """By its own marks. White letters are, with nothing behind them; what is behind the cells of a
    table, their styles say."""
    color, size = child(run, "rPr", "color"), child(run, "rPr", "sz")
    is_tiny = size is not None and (_number(value(size)) or TINY + 1) <= TINY
    is_white = color is not None and (value(color) or "").upper() == "FFFFFF"
    behind = (
        child(run, "rPr", "shd"),
        child(run, "rPr", "highlight"),
        child(paragraph, "pPr", "shd"),
    )
    is_bare = all(each is None for each in behind)
    return _is_on(child(run, "rPr", "vanish")) or is_tiny or (is_white and is_bare)


def _is_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iter() if local(run) == "r" and child(run, "t") is not None]
    return bool(runs) and all(_is_on(child(run, "rPr", "b")) for run in runs)


def _is_on(switch: Element | None) -> bool:
    return switch is not None and value(switch) not in ("0", "false", "off", "none")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
