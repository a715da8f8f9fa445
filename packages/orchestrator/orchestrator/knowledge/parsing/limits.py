"""What reading one document may take. Beyond it the document is refused with a sentence."""

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MOST_PAGES: Final = 1000
MOST_CHARACTERS: Final = 3_000_000
"""A book of a thousand pages."""
DEADLINE_S: Final = 60.0
CPU_S: Final = 45
MEMORY_BYTES: Final = 384 * 1024 * 1024
"""Of addresses; the largest documents that are read take 70 MB of them."""
LATER: Final = 5
"""How much those who wait for an answer go before: the processor is theirs first."""
_SIGNAL_OF_PARENTS_DEATH: Final = 1


def bind_this_process(parent_pid: int) -> None:
    """From here on it has little memory and time, writes and starts nothing, and ends by itself,
    soon also when its parent goes (Linux). Where one limit is not to be had, the others hold."""
    signal.alarm(int(DEADLINE_S) + 1)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))  # told first, then ended
    os.nice(LATER)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # this first, not the worker
    _at_most(resource.RLIMIT_AS, MEMORY_BYTES)
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        _at_most(what, 0)


def open_nothing_more() -> None:
    """Neither a file nor a connection: there is no number left for one. What was imported works."""
    _at_most(resource.RLIMIT_NOFILE, 0)


def _at_most(what: int, most: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))
