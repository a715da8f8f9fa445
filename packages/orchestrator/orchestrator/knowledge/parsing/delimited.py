"""CSV and its like: the delimiter is found out, the first row names the columns."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from statistics import multimode
from typing import Final

from orchestrator.knowledge.parsing.outline import Outline

DELIMITERS: Final = ",;\t|"
SAMPLE_ROWS: Final = 50
ROWS_AT_ONCE: Final = 5000
csv.field_size_limit(1024 * 1024)


def read(text: str) -> Outline:
    """Raises ParseFailed."""
    outline = Outline()
    rows = _rows(text, _delimiter(text))
    first = next(rows, [])
    has_header = _names_columns(first)
    some = list(islice(rows, ROWS_AT_ONCE))
    outline.table([first, *some], has_header=has_header)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        outline.table([first, *some] if has_header else some, has_header=has_header)
    return outline


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    return (row for row in rows if any(cell.strip() for cell in row))


def _delimiter(text: str) -> str:
    """The one that gives most rows the same number of cells, and most cells."""
    best, most = ",", 1.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in islice(_rows(text, delimiter), SAMPLE_ROWS)]
        usual = max(multimode(widths), default=1)
        score = usual * widths.count(usual) / max(len(widths), 1)
        if usual > 1 and score > most:
            best, most = delimiter, score
    return best


def _names_columns(row: list[str]) -> bool:
    """Almost every such file begins with names; one that begins with a number does not."""
    return not any(cell.strip().replace(".", "").replace(",", "").isdecimal() for cell in row)
