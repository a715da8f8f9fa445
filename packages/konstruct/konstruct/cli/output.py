"""What a command prints for people and for scripts, on standard output."""

import json
from collections.abc import Mapping, Sequence

import typer

Row = Mapping[str, object]


def print_json(value: object) -> None:
    """Ids and times as text."""
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


def print_rows(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool) -> None:
    """A table of some columns, or all of it as JSON."""
    if as_json:
        print_json(list(rows))
        return
    cells = [[column.upper() for column in columns]]
    cells += [[_shown(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def say(sentence: str) -> None:
    """For the person, on standard error."""
    typer.echo(sentence, err=True)


def _shown(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
