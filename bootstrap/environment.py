#!/usr/bin/env python3
"""Makes the virtual environment and installs into it, saying in plain words what is missing.

    python3 bootstrap/environment.py make .venv
    .venv/bin/python bootstrap/environment.py install -r requirements.lock

Promises: a half-made environment never stays, so that the next try begins anew; while something is
fetched a line says what, and how far it is; what pip has to say is shown when it fails, and not
otherwise. Needs nothing but Python's library, and says so itself to a Python that is too old.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

OLDEST = (3, 11)
FETCHED = re.compile(r"(?:Collecting|Obtaining|Processing) ([^\s=<>;]+)")
SAY_EVERY_S = 10.0
"""Where no line can be written over."""
LAST_LINES = 20


def main(arguments: list[str]) -> int:
    what, rest = arguments[0], arguments[1:]
    return make(Path(rest[0])) if what == "make" else install(rest)


# ── Making ─────────────────────────────────────────────────────────────────────────────────────


def make(directory: Path) -> int:
    """See that there is a whole environment; the exit code."""
    version = ".".join(map(str, sys.version_info[:2]))
    if sys.version_info < OLDEST:
        return refuse(
            f"Konstruct needs Python 3.11 or newer; {sys.executable} is {version}.\n"
            "Name a newer one: make up PYTHON=python3.12"
        )
    remove_half_made(directory)
    for module in ("venv", "ensurepip"):
        if not is_there(module):
            return refuse(
                f"This Python ({sys.executable}) lacks its module {module}, so that it can make no "
                "virtual environment.\nInstall it (Debian, Ubuntu: sudo apt-get install "
                f"python{version}-venv; elsewhere it comes with Python), then run the same again."
            )
    say(f"Making the virtual environment in {directory} ...")
    try:
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except BaseException:  # Ctrl-C above all
        remove_half_made(directory)
        raise
    if made.returncode:
        remove_half_made(directory)
        said = made.stdout.decode(errors="replace").strip()
        return refuse(f"{said}\nThe virtual environment could not be made in {directory}.")
    return 0


def is_there(module: str) -> bool:
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def remove_half_made(directory: Path) -> None:
    """Nothing but what is a virtual environment, or the beginning of one."""
    if (directory / "pyvenv.cfg").exists():
        shutil.rmtree(directory, ignore_errors=True)


# ── Installing ─────────────────────────────────────────────────────────────────────────────────


def install(options: list[str]) -> int:
    """Run `pip install` with these options; its exit code."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--no-color", "--progress-bar=off", "--root-user-action=ignore"]
    pip = subprocess.Popen(
        command + options,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert pip.stdout is not None
    progress = Progress(expected(options))
    said: list[str] = []
    for line in pip.stdout:
        said = [*said[1 - LAST_LINES :], line.decode(errors="replace").rstrip()]
        progress.tell(said[-1])
    progress.end()
    code = pip.wait()
    if code:
        say("\n".join(said))
        say("pip could not install what is needed; what it said last stands above.")
    return code


def expected(options: list[str]) -> int:
    """About how many packages the lock files among the options name: some are for other systems."""
    locks = [Path(value) for option, value in itertools.pairwise(options) if option == "-r"]
    lines = [line for lock in locks for line in lock.read_text().splitlines()]
    return sum("==" in line and not line.startswith(" ") for line in lines)


class Progress:
    """One line that is written over on a terminal, and elsewhere one now and then."""

    def __init__(self, total: int, stream: TextIO = sys.stderr) -> None:
        self.total = total
        self.stream = stream
        self.count = 0
        self.shown_at = time.monotonic()
        self.can_write_over = stream.isatty()
        self.width = 0

    def tell(self, line: str) -> None:
        """What a line of pip's says of the way still to go."""
        fetched = FETCHED.match(line.strip())
        if fetched:
            self.count += 1
            of = f" of about {self.total}" if self.total > self.count else ""
            name = Path(fetched.group(1)).name.partition("-")[0] or fetched.group(1)
            self.show(f"fetching {self.count}{of}: {name}")
        elif line.startswith("Installing collected packages"):
            self.show(f"installing {self.count} packages")

    def show(self, text: str) -> None:
        if self.can_write_over:
            self.stream.write("\r  " + text.ljust(self.width))
            self.width = len(text)
        elif time.monotonic() - self.shown_at >= SAY_EVERY_S:
            self.shown_at = time.monotonic()
            self.stream.write(f"  {text}\n")
        self.stream.flush()

    def end(self) -> None:
        if self.can_write_over and self.width:
            self.stream.write("\r" + " " * (self.width + 2) + "\r")
            self.stream.flush()


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def refuse(sentence: str) -> int:
    say(sentence)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
