"""Where the servers of a test run keep their files: in memory, if there is room.

The database of one test is a copy of a thousand small files. On a disk's file system that costs a
fifth of a second of CPU, in memory a tenth of that; and hundreds of tests have one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3
"""Free there and in all, so that nothing else goes short."""
PREFIX = "konstruct-tests-"


@contextmanager
def directory_of_servers() -> Iterator[Path]:
    """A directory outside pytest's own. Each pytest run closes that one to other users, and under
    root PostgreSQL runs as another user."""
    base = IN_MEMORY if _has_room() else None
    if base is not None:
        _clear_up_after_the_dead(base)
    prefix = f"{PREFIX}{os.getpid()}-"
    with TemporaryDirectory(prefix=prefix, dir=base, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def _has_room() -> bool:
    if not os.access(IN_MEMORY, os.W_OK):
        return False
    return min(shutil.disk_usage(IN_MEMORY).free, psutil.virtual_memory().available) > ROOM_BYTES


def _clear_up_after_the_dead(base: Path) -> None:
    """What a killed run left takes memory."""
    for left in base.glob(f"{PREFIX}*-*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
