"""Joins characters that were cut in half, over any number of pieces of text.

A model's server may cut an answer inside an emoji: between the halves of a UTF-16 pair, or between
bytes of UTF-8, which then are no valid text. Python reads both as lone surrogates
(`surrogateescape` for bytes), which no database accepts.
"""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_BYTES = re.compile("[\udc80-\udcff]+")
_OPEN_END = re.compile("(?:[\ud800-\udbff]|[\udc80-\udcff]{1,3})\\Z")
REPLACEMENT = "\ufffd"


class Joiner:
    """`feed` it pieces of text. Its results, and that of `finish`, hold whole characters only."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        if not self._half and (text.isascii() or not _SURROGATE.search(text)):
            return text
        text = _joined(self._half + text)
        if half := _OPEN_END.search(text):
            self._half, text = half.group(), text[: half.start()]
        else:
            self._half = ""
        return _SURROGATE.sub(REPLACEMENT, text)

    def finish(self) -> str:
        rest, self._half = self._half, ""
        return REPLACEMENT if rest else ""


def _joined(text: str) -> str:
    text = _PAIR.sub(_of_pair, text)
    return _BYTES.sub(_of_bytes, text)


def _of_pair(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16", "surrogatepass").decode("utf-16")


def _of_bytes(run: re.Match[str]) -> str:
    raw = run.group().encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")
