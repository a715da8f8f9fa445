"""Runs `konstruct …` in this process: what it prints, and its exit code.

    ran = konstruct("tenant", "list", "--json")
    assert ran.code == 0 and ran.json == []

Afterwards the environment is as it was before the command.
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from konstruct.cli import main
from shared.config import get_settings


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, parsed as JSON."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The refusal: one line on standard error, nothing on standard output."""
        assert (self.code, self.out) == (1, ""), self
        assert self.err.endswith(".\n") or self.err.endswith("postgres\n"), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()


def konstruct(*arguments: object, typed: str = "") -> Ran:
    """Run a command; `typed` is its standard input."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["konstruct", *map(str, arguments)]
    get_settings.cache_clear()
    with (
        patch.dict(os.environ),
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main()
    get_settings.cache_clear()
    return Ran(code, out.getvalue(), err.getvalue())
