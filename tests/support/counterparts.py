"""Libraries of others that speak a platform's protocol, each set in an environment of its own.

They check that our fakes speak as the platform does. What they need may differ from what the
product needs, so none of it is installed beside the product: `tests/counterparts/<name>.lock` is
installed, hashes required, when a test first asks, and stays for later runs. Where that cannot be
had (no network, no wheel for this Python) the test is skipped and says why.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.servers import ROOT

HERE = ROOT / "tests" / "counterparts"
ENVIRONMENTS = Path(sys.prefix) / "counterparts"
INSTALL_WITHIN_S = 300
CHECK_WITHIN_S = 60
DESCRIPTIONS = "KONSTRUCT_TEST_DESCRIPTIONS"


def checked(name: str, questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `tests/counterparts/<name>.py` says of each question."""
    asked = b"".join(orjson.dumps(question) + b"\n" for question in questions)
    done = subprocess.run(
        [_python(name), HERE / f"{name}.py"],
        input=asked,
        capture_output=True,
        timeout=CHECK_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def description(name: str) -> Any:
    """A platform's own description of its API, as JSON. Such files are not part of the project:
    they are looked for where KONSTRUCT_TEST_DESCRIPTIONS says, or beside the project."""
    directory = Path(os.environ.get(DESCRIPTIONS) or ROOT.parent / "shared" / "specs")
    if not (directory / name).is_file():
        pytest.skip(f"there is no {name} in {directory}: name its directory in {DESCRIPTIONS}")
    return orjson.loads((directory / name).read_bytes())


def _python(name: str) -> Path:
    """The Python of this counterpart's environment, made at the first call."""
    lock = HERE / f"{name}.lock"
    made_from = hashlib.sha256(lock.read_bytes()).hexdigest()
    directory = ENVIRONMENTS / name
    python = directory / "bin" / "python"
    with _alone(name):
        mark = directory / "installed"
        if not (mark.is_file() and mark.read_text() == made_from):
            shutil.rmtree(directory, ignore_errors=True)
            _run("-m", "venv", "--without-pip", str(directory))
            install = ("install", "-q", "--no-deps", "--require-hashes", "--only-binary", ":all:")
            _run("-m", "pip", "--python", str(python), *install, "-r", str(lock))
            mark.write_text(made_from)
    return python


def _run(*arguments: str) -> None:
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            timeout=INSTALL_WITHIN_S,
            check=False,
        )
        said = done.stderr.strip().splitlines()
    except subprocess.TimeoutExpired:
        pytest.skip(f"this counterpart could not be installed within {INSTALL_WITHIN_S} s")
    if done.returncode:
        pytest.skip(f"this counterpart cannot be installed here: {said[-1] if said else '?'}")


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Of several test processes one installs."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with (ENVIRONMENTS / f"{name}.locked").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
