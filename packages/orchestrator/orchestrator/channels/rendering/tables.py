"""A table where the platform has none: its columns in letters of one width, or, if that is too wide
for a telephone, a list of its rows."""

import unicodedata

from orchestrator.channels.rendering.plain import PLAIN
from orchestrator.channels.rendering.tree import (
    Block,
    Code,
    Item,
    Listing,
    Paragraph,
    Run,
    Runs,
    Table,
    joined,
)

WIDEST = 44
"""Columns of letters."""


def without_table(table: Table) -> Block:
    cells = [[_line(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > WIDEST:
        return _listing(table)
    rows = [_in_columns(row, widths, table.aligned) for row in cells]
    rows.insert(1, "  ".join("─" * width for width in widths))
    return Code("\n".join(rows))


def _in_columns(row: list[str], widths: list[int], aligned: tuple[str, ...]) -> str:
    written = []
    for cell, width, side in zip(row, widths, aligned, strict=True):
        blanks = " " * (width - _width(cell))
        written.append(blanks + cell if side == "right" else cell + blanks)
    return "  ".join(written).rstrip()


def _listing(table: Table) -> Listing | Paragraph:
    """Each row's cells with their columns' names, the first of them bold."""
    items = []
    for row in table.rows:
        first = tuple(Run(run.text, run.styles | {"bold"}, run.link) for run in row[0])
        runs = [*_named(table.header[0]), *first]
        for name, cell in zip(table.header[1:], row[1:], strict=True):
            runs += [Run("\n"), *_named(name), *cell]
        items.append(Item((Paragraph(joined(runs)),)))
    return Listing(tuple(items)) if items else Paragraph(PLAIN.rows(table))


def _named(name: Runs) -> Runs:
    return (*name, Run(": ")) if name else ()


def _line(cell: Runs) -> str:
    return PLAIN.text(cell).replace("\n", " ")


def _width(text: str) -> int:
    return sum(
        0
        if unicodedata.category(each) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )
