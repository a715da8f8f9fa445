"""Tables as lines: each row with the names of its columns."""

from collections.abc import Sequence
from typing import Final

COLUMNS_THAT_NEED_NAMES: Final = 3
LONGEST_NAME: Final = 60


def rows_with_header(rows: Sequence[Sequence[str]], *, has_header: bool) -> list[str]:
    """Like `Service: Cleaning; Price: 60 €; Minutes: 30`, and `Monday: 9-17` for two columns."""
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    width = max(map(len, rows))
    if len(rows) > 1 and (has_header or _names_columns(rows[0], rows[1:], width)):
        names = [*rows[0], *[""] * (width - len(rows[0]))]
        return [_named(names, row) for row in rows[1:]]
    if width == 2:
        return [_pair([cell for cell in row if cell]) for row in rows]
    return ["; ".join(cell for cell in row if cell) for row in rows]


def _names_columns(first: Sequence[str], others: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a first row that nothing marks is one of names: all there, different, short and
    without numbers, over rows that have some."""
    return (
        width >= COLUMNS_THAT_NEED_NAMES
        and len(first) == width
        and all(first)
        and len(set(first)) == width
        and all(len(cell) <= LONGEST_NAME for cell in first)
        and not any(_has_digit(cell) for cell in first)
        and any(_has_digit(cell) for row in others for cell in row)
    )


def _named(names: Sequence[str], row: Sequence[str]) -> str:
    pairs = zip(names, row, strict=False)
    return "; ".join(
        f"{name.rstrip(':')}: {cell}" if name and name != cell else cell
        for name, cell in pairs
        if cell
    )


def _pair(cells: list[str]) -> str:
    return ": ".join([*(cell.rstrip(":") for cell in cells[:-1]), cells[-1]])


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
