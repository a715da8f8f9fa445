"""Prints a command's results for people and for scripts, on standard output.

Text from others is made harmless for a terminal. JSON stays valid in any encoding.
"""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence

import typer

from konstruct.screen import harmless, one_line

Row = Mapping[str, object]
GAP = "  "
NARROWEST = 6
"""Columns are never cut narrower than this."""


def print_json(value: object) -> None:
    """Print JSON; ids and times are text."""
    text = json.dumps(value, indent=2, default=str, ensure_ascii=not _speaks_unicode())
    typer.echo("".join(_escaped(c) for c in text) if harmless(text) != text else text)


def print_rows(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool) -> None:
    """Print a table of these columns, at most as wide as the terminal, or everything as JSON."""
    if as_json:
        print_json(list(rows))
        return
    from rich.cells import cell_len, set_cell_size

    cells = [[column.replace("_", " ").upper() for column in columns]]
    cells += [[_shown(row[column]) for column in columns] for row in rows]
    widths = [max(cell_len(line[index]) for line in cells) for index in range(len(columns))]
    widths = _fitted(widths, room())
    for line in cells:
        padded = (
            set_cell_size(cell, width)
            if cell_len(cell) <= width
            else f"{set_cell_size(cell, width - 1)}…"
            for cell, width in zip(line, widths, strict=True)
        )
        typer.echo(GAP.join(padded).rstrip())


def say(sentence: str) -> None:
    """Tell the person something, on standard error."""
    typer.echo(harmless(sentence), err=True)


def tell(sentence: str) -> None:
    """Tell the person something, on standard output."""
    typer.echo(harmless(sentence))


def room() -> int | None:
    """Cells per line; None if a program reads, which gets everything."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _fitted(widths: list[int], most: int | None) -> list[int]:
    """Shrink the widest columns first."""
    widths = list(widths)
    gaps = len(GAP) * (len(widths) - 1)
    while most is not None and sum(widths) + gaps > most and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _speaks_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def _escaped(character: str) -> str:
    return character if harmless(character) == character else f"\\u{ord(character):04x}"


def _shown(value: object) -> str:
    return "-" if value is None or value == "" else one_line(str(value))
