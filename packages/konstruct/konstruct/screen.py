"""Makes text from others harmless for a terminal.

A name, a message or an error may hold sequences that control a terminal (ESC, C1 controls) or
characters that change the direction of the text around them. The first are removed, the second are
shown as `\\u202e`.
"""

import re
from typing import TextIO

_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def harmless(text: str) -> str:
    """The text without control characters except line ends and tabs; bidi controls as escapes."""
    return _TURNS.sub(lambda found: f"\\u{ord(found[0]):04x}", _STEERS.sub("", text))


def one_line(text: str) -> str:
    """The same on one line, for a cell of a table."""
    return " ".join(harmless(text).split())


def harmless_on(stream: TextIO, text: str) -> str:
    """Harmless on a screen; a program that reads gets the text unchanged."""
    return harmless(text) if stream.isatty() else text
