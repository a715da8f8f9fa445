"""The tables of faults and holes name tests that exist, one for every row at least."""

import ast
import re
from functools import cache

import pytest

from tests.support.servers import ROOT

LEAST_ROWS = {"security-tests.md": 9, "fault-reports.md": 100}
NAMED = re.compile(r"`((?:tests|portal/src)/[\w./-]+\.(?:py|tsx?))(?:::([^`]+))?`")


def rows_of(page: str) -> list[str]:
    """The rows of the page's tables, without their heads."""
    rows = []
    for table in re.split(r"\n\n", (ROOT / "docs" / page).read_text()):
        if table.startswith("| "):
            rows += table.splitlines()[2:]
    return rows


@cache
def source_of(path: str) -> str:
    return (ROOT / path).read_text() if (ROOT / path).exists() else ""


def is_test(path: str, name: str) -> bool:
    """Whether the file has a test of this name or, in TypeScript, this title; without one, whether
    there is such a file."""
    if not path.endswith(".py"):
        return bool(source_of(path)) and (not name or f'"{name}"' in source_of(path))
    defined = {
        node.name
        for node in ast.walk(ast.parse(source_of(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }
    return name in defined if name else bool(defined)


@pytest.mark.parametrize("page", LEAST_ROWS)
def test_every_test_a_table_names_exists(page: str) -> None:
    named = [found for row in rows_of(page) for found in NAMED.findall(row)]
    assert len(named) > LEAST_ROWS[page]
    assert [f"{path}::{name}" for path, name in named if not is_test(path, name)] == []


@pytest.mark.parametrize("page", LEAST_ROWS)
def test_every_row_names_a_test(page: str) -> None:
    rows = rows_of(page)
    assert len(rows) >= LEAST_ROWS[page]
    assert [row for row in rows if not NAMED.search(row)] == []
