"""The pages name settings, files, modules and functions that exist.

Code moves and is renamed; a page that names what is gone sends its reader looking. What stands in
`code` on a page is held to the code: `KONSTRUCT_…`, paths that end in `.py`, and dotted names of
our own modules.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import pytest

from tests.support.deploy import known_settings
from tests.support.servers import ROOT

PACKAGES = ("shared", "gateway", "orchestrator", "konstruct")
OF_TESTS = {
    "KONSTRUCT_TEST_SIZE",
    "KONSTRUCT_TEST_DESCRIPTIONS",
    "KONSTRUCT_BENCH_CHAINLIT",
    "KONSTRUCT_RETRIEVAL_DATA",
    "KONSTRUCT_GATEWAY",
}
"""Variables of tests and tools, which no process of the product reads."""
HISTORY = {"CHANGELOG.md"}
"""Tells what was, by the names it had."""

SETTING = re.compile(r"KONSTRUCT_[A-Z0-9_]+(?![A-Z0-9_…*{])")
CODE = re.compile(r"`([^`\n]+)`")
PYTHON_FILE = re.compile(r"[\w./-]+\.py")
DOTTED = re.compile(r"(?:[a-z_]+/)*[a-z_]+(?:\.[A-Za-z_]+)+(?=\(|$)")


@lru_cache(maxsize=1)
def tracked() -> list[str]:
    """Every file of the project, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def pages() -> list[str]:
    return [name for name in tracked() if name.endswith(".md") and name not in HISTORY]


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    """Ours, by their dotted names."""
    found = {}
    for name in tracked():
        parts = Path(name).with_suffix("").parts
        if name.endswith(".py") and parts[0] == "packages" and parts[2] in PACKAGES:
            found[".".join(parts[2:]).removesuffix(".__init__")] = ROOT / name
    return found


@pytest.mark.parametrize("page", pages())
def test_settings_that_are_named_are_read_by_some_process(page: str) -> None:
    named = {name for name in SETTING.findall((ROOT / page).read_text()) if name[-1] != "_"}
    assert named - known_settings() - OF_TESTS == set()


@pytest.mark.parametrize("page", pages())
def test_files_that_are_named_are_there(page: str) -> None:
    assert [name for name in python_files(page) if not is_there(name)] == []


def python_files(page: str) -> Iterator[str]:
    for code in CODE.findall((ROOT / page).read_text()):
        if PYTHON_FILE.fullmatch(code):
            yield code


def is_there(name: str) -> bool:
    return any(f"/{path}".endswith(f"/{name.removeprefix('./')}") for path in tracked())


@pytest.mark.parametrize("page", pages())
def test_modules_and_functions_that_are_named_are_there(page: str) -> None:
    assert [name for name in dotted_names(page) if not resolves(name)] == []


def dotted_names(page: str) -> Iterator[str]:
    """Those that begin with a package, or with a folder, of ours."""
    folders = {part for name in modules() for part in name.split(".")[:-1]}
    for code in CODE.findall((ROOT / page).read_text()):
        found = DOTTED.match(code)
        if found and not found[0].endswith((".py", ".md", ".yaml", ".json", ".ts", ".tsx")):
            name = found[0].replace("/", ".")
            first = name.split(".")[0]
            if first in PACKAGES or ("/" in found[0] and first in folders):
                yield name


def resolves(name: str) -> bool:
    """Whether it is a module, or a name at the top of one; its packages may be left out."""
    if any(f".{known}".endswith(f".{name}") for known in modules()):
        return True
    module, _, attribute = name.rpartition(".")
    return (
        any(
            attribute in names_in(path)
            for known, path in modules().items()
            if module and f".{known}".endswith(f".{module}")
        )
        or name in NAMES_OF_OUR_OWN
    )


NAMES_OF_OUR_OWN = {"orchestrator.handle_message", "orchestrator.canary", "konstruct.outlet"}
"""On the wire: Celery tasks, an ASGI extension."""


@cache
def names_in(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found |= {alias.asname or alias.name for alias in node.names}
    return found
