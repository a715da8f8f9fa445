"""The table of holes names tests that exist."""

import ast
import re

from tests.support.servers import ROOT

PAGE = ROOT / "docs" / "security-tests.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
HOLES_OF_OTHERS = 9


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_test_the_table_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 20
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and test not in names_in(path))
    ]
    assert missing == []


def test_every_hole_of_the_table_has_a_test() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= HOLES_OF_OTHERS
    assert [row for row in rows if not NAMED.search(row)] == []
