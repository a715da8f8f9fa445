"""Opens the person's browser, if there is one, on a page that logs them in.

The link's secret works once, for minutes. A browser gets its address on its command line, which
every user of the machine can read. So it gets the path of a private file, which leads on to the
link. None of it is printed or logged.
"""

import html
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.environment import persons_own

from konstruct.devstack.private_file import write_private

_PAGE = """<!doctype html>
<meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<title>Konstruct</title><a href="{url}">Open Konstruct</a>
"""


def opener(environment: Mapping[str, str] | None = None) -> str | None:
    """The program that opens a browser on this person's desktop. None if they would not see it:
    output is redirected, it is a remote log-in, or there is no display."""
    environment = os.environ if environment is None else environment
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        return None
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return None
    if sys.platform == "darwin":
        return shutil.which("open")
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return None
    return shutil.which("xdg-open")


def open_by(program: str, url: str, page: Path) -> bool:
    """Open `url` with the program, through the private file `page`; whether the program could be
    run."""
    write_private(page, _PAGE.format(url=html.escape(url)))
    try:
        subprocess.Popen(
            [program, page.as_uri()],
            env=persons_own(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
