"""The streams a command reads and writes: of any encoding, full, or closed.

A character the terminal cannot show is written as an escape. A reader that has left (`| head -1`)
ends a command without a word; a disk that is full, or no standard output at all, with a sentence.
Both are exit code 1.
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
"""Of what stands for a stream that is closed: standard output cannot be written to, and says so."""


def prepare() -> None:
    """Before the first word."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # Its number is taken, so that no socket is opened there and written to.
            _replace(descriptor, _MODES[descriptor])
            stream: TextIO = os.fdopen(descriptor, "r" if name == "stdin" else "w", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    for told in (sys.stdout, sys.stderr):
        if isinstance(told, TextIOWrapper):
            told.reconfigure(errors="backslashreplace")
    sys.argv = [_as_typed(argument) for argument in sys.argv]


def flush() -> None:
    """What is still kept: an error now is told, and not by the interpreter's end."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def is_lost(error: OSError) -> bool:
    """Whether it is about a stream and not about a file, whose name it would have."""
    return error.errno in _OF_OUTPUT and error.filename is None


def lost(error: OSError) -> int:
    """Tell that the output went nowhere; the exit code."""
    give_up(1)
    if error.errno != errno.EPIPE:
        why = "it is closed" if error.errno == errno.EBADF else error.strerror
        complain(f"The output could not be written: {why}.")
    return FAILED


def complain(sentence: str) -> None:
    """On standard error, if that can be written to."""
    try:
        sys.stderr.write(f"{harmless(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        give_up(2)


def give_up(descriptor: int) -> None:
    """Let what is still kept for it go nowhere when the interpreter ends."""
    if (sys.__stdout__ if descriptor == 1 else sys.__stderr__) in (sys.stdout, sys.stderr):
        _replace(descriptor, os.O_WRONLY)


def _replace(descriptor: int, mode: int) -> None:
    nowhere = os.open(os.devnull, mode)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _as_typed(argument: str) -> str:
    """UTF-8 on the command line of a locale that is not UTF-8 is text all the same."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeDecodeError:
        return argument
