"""A command's streams: of any encoding, full, or closed.

A character the terminal cannot show is written as an escape. A reader that has left (`| head -1`)
ends a command silently. A full disk, or no standard output at all, ends it with a sentence. All of
these give exit code 1.
"""

import errno
import os
import sys
from io import TextIOWrapper
from typing import TextIO

from konstruct.screen import harmless

FAILED = 1
_OF_OUTPUT = {errno.EPIPE, errno.ENOSPC, errno.EBADF, errno.EIO, errno.EDQUOT, errno.EFBIG}
_MODES = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)
"""Modes of the stand-ins for closed streams. Writing to that of standard output fails."""


def prepare() -> None:
    """Call this before any output."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # Occupies the number, so that no socket gets it and is written to.
            _replace(descriptor, _MODES[descriptor])
            stream: TextIO = os.fdopen(descriptor, "r" if name == "stdin" else "w", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    for told in (sys.stdout, sys.stderr):
        if isinstance(told, TextIOWrapper):
            told.reconfigure(errors="backslashreplace")
    sys.argv = [_as_typed(argument) for argument in sys.argv]


def flush() -> None:
    """Write out buffers now, so that we report an error, and not the interpreter at exit."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def is_lost(error: OSError) -> bool:
    """Whether the error is about a stream. An error about a file has its name."""
    return error.errno in _OF_OUTPUT and error.filename is None


def lost(error: OSError) -> int:
    """Report that the output was lost; returns the exit code."""
    give_up(1)
    if error.errno != errno.EPIPE:
        why = "it is closed" if error.errno == errno.EBADF else error.strerror
        complain(f"The output could not be written: {why}.")
    return FAILED


def complain(sentence: str) -> None:
    """Write to standard error, if that is possible."""
    try:
        sys.stderr.write(f"{harmless(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        give_up(2)


def give_up(descriptor: int) -> None:
    """Discard what is still buffered, so that the interpreter's exit does not fail on it."""
    if (sys.__stdout__ if descriptor == 1 else sys.__stderr__) in (sys.stdout, sys.stderr):
        _replace(descriptor, os.O_WRONLY)


def _replace(descriptor: int, mode: int) -> None:
    nowhere = os.open(os.devnull, mode)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _as_typed(argument: str) -> str:
    """The argument as text: UTF-8 is accepted in any locale."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeDecodeError:
        return argument
