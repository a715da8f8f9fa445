"""`make` on a machine whose Python is not whole, and what a person sees while packages are fetched.

The lines of pip's that progress is read from are those of a real run.
"""

import io
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from bootstrap.environment import Progress, expected
from tests.support.servers import ROOT


def make(venv: Path, python: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", "environment", f"VENV={venv}", f"PYTHON={python}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def python_without(module: str, place: Path) -> Path:
    library = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    copied = place / "python" / "lib" / library.name
    copied.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in (module, "site-packages", "__pycache__"):
            (copied / entry.name).symlink_to(entry)
    python = place / "python" / "bin" / "python3"
    python.parent.mkdir()
    shutil.copy(Path(sys._base_executable).resolve(), python)  # type: ignore[attr-defined]
    return python


@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_a_python_that_makes_no_environments_says_what_to_install_and_the_next_try_works(
    module: str, tmp_path: Path
) -> None:
    python, venv = python_without(module, tmp_path), tmp_path / "venv"
    for _ in range(2):
        refused = make(venv, python)
        assert refused.returncode != 0
        assert f"lacks its module {module}" in refused.stderr
        assert "-venv" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert not venv.exists()


def test_a_half_made_environment_goes_and_a_whole_one_stays(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    half_made = [sys.executable, "-m", "venv", "--without-pip", venv]
    subprocess.run(half_made, check=True)
    assert make(venv, python_without("ensurepip", tmp_path)).returncode != 0
    assert not venv.exists()
    made = make(venv, sys.executable)
    assert made.returncode == 0, made.stderr
    assert "Making the virtual environment" in made.stderr
    again = make(venv, "no-such-python")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_machine_without_python_is_told_which_to_install(tmp_path: Path) -> None:
    refused = make(tmp_path / "venv", "python9.9")
    assert "There is no 'python9.9' here. Install Python 3.11 or newer" in refused.stderr


PIPS_WORDS = (
    "Collecting aiohttp==3.14 (from -r requirements.lock (line 9))",
    "  Downloading aiohttp-3.14.whl (1.7 MB)",
    "Collecting alembic==1.18 (from -r requirements.lock (line 12))",
    "Installing collected packages: aiohttp, alembic",
    "Successfully installed aiohttp-3.14 alembic-1.18",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_pips_minute_is_one_line_that_moves(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("aiohttp==3.14 \\\n    --hash=sha256:1==\nalembic==1.18 \\\n    --hash=2\n")
    terminal = Terminal()
    progress = Progress(expected(["--no-deps", "-r", str(lock)]), terminal)
    for line in PIPS_WORDS:
        progress.tell(line)
    progress.end()
    shown = [each.strip() for each in terminal.getvalue().split("\r") if each.strip()]
    assert shown == [
        "fetching 1 of about 2: aiohttp",
        "fetching 2: alembic",
        "installing 2 packages",
    ]
    assert "\n" not in terminal.getvalue()


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 1000, 6))
    monkeypatch.setattr("bootstrap.environment.time.monotonic", lambda: next(seconds))
    log = io.StringIO()
    progress = Progress(100, log)
    for number in range(4):
        progress.tell(f"Collecting package-{number}==1")
    assert 1 <= log.getvalue().count("\n") <= 3
    assert "of about 100" in log.getvalue()
