"""Excel: each sheet is a heading, each row a line with the names of its columns. Numbers are read
as they are shown: dates, per cent, money. Hidden sheets, rows and columns stay unread."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from orchestrator.knowledge.parsing.office import Archive, Element, child, local, title_of
from orchestrator.knowledge.parsing.outline import Outline
from orchestrator.knowledge.parsing.pptx import value_of_relation

WORKBOOK: Final = "xl/workbook.xml"
MOST_COLUMNS: Final = 200
ROWS_AT_ONCE: Final = 5000
_SHOWN_AS_DATES: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_SHOWN_AS_PERCENT: Final = {9: "0%", 10: "0.00%"}
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_DECIMALS = re.compile(r"\.(0+)")
_MONEY = re.compile(r"[€$£¥₹]|\b(?:EUR|USD|GBP|CHF|BRL|MXN)\b|R\$")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_DAY_ONE: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone
_DAY_ONE_OF_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LATEST_DAY: Final = 2_958_466


def read(content: bytes) -> Outline:
    """Raises ParseFailed."""
    with Archive(content) as archive:
        outline = Outline(title=title_of(archive), is_named_by_file=True)
        workbook = archive.xml(WORKBOOK)
        listed = child(workbook, "sheets") if workbook is not None else None
        sheets = [each for each in listed if _is_shown(each)] if listed is not None else []
        cells = _Cells(archive, workbook)
        parts = archive.related(WORKBOOK)
        for sheet in sheets:
            if len(sheets) > 1:
                outline.heading(1, sheet.get("name", ""))
            part = parts.get(value_of_relation(sheet), "")
            if archive.has(part):
                _say(cells.rows(archive, part), outline)
    return outline


def _is_shown(sheet: Element) -> bool:
    return sheet.get("state", "visible") == "visible"


def _say(rows: Iterator[list[str]], outline: Outline) -> None:
    """An empty row ends a table; a row of one cell over one is its title."""
    table: list[list[str]] = []
    header: list[str] | None = None
    for row in rows:
        if any(row) and len(table) < ROWS_AT_ONCE:
            table.append(row)
            continue
        header = _table(table, outline, header)
        if not any(row):
            header = None
        table = [row] if any(row) else []
    _table(table, outline, header)


def _table(rows: list[list[str]], outline: Outline, header: list[str] | None) -> list[str] | None:
    """Gives the first row, which names the columns of what follows in the same table."""
    while rows and header is None and sum(map(bool, rows[0])) == 1:
        outline.bold(next(filter(None, rows[0])))
        rows = rows[1:]
    if not rows:
        return header
    outline.table([header, *rows] if header else rows, has_header=header is not None)
    return header or rows[0]


class _Cells:
    """What cells say, by the workbook's common strings and formats."""

    def __init__(self, archive: Archive, workbook: Element | None) -> None:
        self._strings = list(_strings(archive))
        self._formats = _formats(archive)
        properties = child(workbook, "workbookPr") if workbook is not None else None
        is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._day_one = _DAY_ONE_OF_1904 if is_1904 else _DAY_ONE

    def rows(self, archive: Archive, part: str) -> Iterator[list[str]]:
        """Also one empty row for any number of them."""
        expected = 1
        hidden: set[int] = set()
        for event, element in archive.events(part):
            name = local(element)
            if event == "start" or name not in ("row", "col"):
                continue
            if name == "col":
                hidden.update(_hidden_columns(element))
                continue
            number = int(element.get("r") or expected)
            if number > expected:
                yield []
            expected = number + 1
            if not _is_hidden(element):
                yield self._row(element, hidden)
            element.clear()

    def _row(self, row: Element, hidden: set[int]) -> list[str]:
        cells: dict[int, str] = {}
        for at, cell in enumerate(row):
            name = _COLUMN.match(cell.get("r", ""))
            column = _index(name[0]) if name else at
            if column < MOST_COLUMNS and column not in hidden and (said := self._said(cell)):
                cells[column] = said
        shown = (column for column in range(max(cells, default=-1) + 1) if column not in hidden)
        return [cells.get(column, "") for column in shown]

    def _said(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        found = child(cell, "v")
        text = (found.text or "") if found is not None else ""
        if kind == "s":
            at = int(text or -1)
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return "yes" if text == "1" else "no"
        if kind == "e":
            return ""
        if kind in ("str", "d") or not text:
            return text
        return self._number(text, int(cell.get("s") or 0))

    def _number(self, text: str, style: int) -> str:
        try:
            number = float(text)
        except ValueError:
            return text
        shown = self._formats[style] if 0 <= style < len(self._formats) else ""
        if shown == "date" and 0 <= number < _LATEST_DAY:
            return _date(self._day_one, number)
        decimals = _DECIMALS.search(shown)
        if shown.rstrip().endswith("%"):
            return f"{_plain(number * 100, decimals)}%"
        said = _plain(number, decimals)
        money = _MONEY.search(shown)
        if money is None:
            return said
        return f"{money[0]}{said}" if money.start() < shown.find("0") else f"{said} {money[0]}"


def _hidden_columns(column: Element) -> range:
    """From 0."""
    if not _is_hidden(column):
        return range(0)
    first, last = int(column.get("min") or 1), int(column.get("max") or 1)
    return range(first - 1, min(last, MOST_COLUMNS))


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _plain(number: float, decimals: re.Match[str] | None) -> str:
    if decimals is not None:
        return f"{number:.{min(len(decimals[1]), 8)}f}"
    return f"{number:.10g}" if abs(number) < 1e15 else f"{number:.0f}"


def _date(day_one: datetime, number: float) -> str:
    when = day_one + timedelta(seconds=round(number * 86400))
    if number < 1:
        return f"{when:%H:%M}"
    return f"{when:%Y-%m-%d}" if number == int(number) else f"{when:%Y-%m-%d %H:%M}"


def _strings(archive: Archive) -> Iterator[str]:
    if not archive.has("xl/sharedStrings.xml"):
        return
    for event, element in archive.events("xl/sharedStrings.xml"):
        if event == "end" and local(element) == "si":
            yield _text(element)
            element.clear()


def _text(element: Element) -> str:
    """Without what only says how it is read aloud."""
    said = []
    for each in element:
        if local(each) == "t":
            said.append(each.text or "")
        elif local(each) in ("r", "is"):
            said.append(_text(each))
    return "".join(said)


def _formats(archive: Archive) -> list[str]:
    """How each style shows a number: `date`, or the pattern."""
    tree = archive.xml("xl/styles.xml")
    if tree is None:
        return []
    own = {
        int(each.get("numFmtId", 0)): each.get("formatCode", "")
        for each in (child(tree, "numFmts") or ())
    }
    shown = []
    for each in child(tree, "cellXfs") or ():
        number = int(each.get("numFmtId", 0))
        pattern = _CURRENCY.sub(r"\1", own.get(number) or _SHOWN_AS_PERCENT.get(number, ""))
        is_date = number in _SHOWN_AS_DATES if number not in own else _is_date(pattern)
        shown.append("date" if is_date else pattern.partition(";")[0])
    return shown


def _is_date(pattern: str) -> bool:
    bare = _QUOTED.sub("", pattern.partition(";")[0])
    return bool(_DATE_LETTERS.search(bare)) and "0" not in bare and "#" not in bare


def _index(column: str) -> int:
    """0 for A, 26 for AA."""
    index = 0
    for letter in column:
        index = index * 26 + ord(letter) - 64
    return index - 1
