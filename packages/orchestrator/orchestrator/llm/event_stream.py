"""Turns the bytes of a response into the JSON values they hold.

Most servers send each value as one line `data: {…}` and end with `[DONE]`. Also accepted: a byte
order mark, lines that end with CR or CRLF, events over several lines, events without a blank line
between them, and, instead of a stream, one JSON value or one per line.
"""

import json
from typing import Any

import orjson

from orchestrator.llm import failures

MAX_EVENT_BYTES = 1024 * 1024
MAX_WHOLE_BYTES = 8 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
DONE = object()
"""Stands for `[DONE]`."""


class EventStream:
    """`feed` it bytes, cut anywhere; it returns the complete values. `rest` ends it.

    Raises `ModelGarbage` for unreadable data, after all values before it were returned.
    """

    def __init__(self) -> None:
        self._tail = b""
        self._lines: list[bytes] = []
        """Lines of an event that spans several."""
        self._lines_bytes = 0
        self._begun = False
        self._after_cr = False
        self._is_error = False
        self.is_one_value = False
        """Whether the response is JSON and no stream of events."""

    def feed(self, data: bytes) -> list[Any]:
        if not self._begun:
            data = self._begin(data)
        if self.is_one_value:
            self._keep(data, MAX_WHOLE_BYTES)
            return []
        if b"\r" in data or self._after_cr:
            data = self._with_line_feeds(data)
        *lines, tail = (self._tail + data).split(b"\n")
        self._tail = b""
        self._keep(tail, MAX_EVENT_BYTES)
        values: list[Any] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._take(line[5:].strip(), values)
            elif line.startswith(b"event:"):
                self._is_error = line[6:].strip() == b"error"
            elif not line and self._lines:
                self._close(values)
        return values

    def rest(self) -> list[Any]:
        """The values in the unfinished rest of the response."""
        if self.is_one_value:
            return _values(self._tail)
        values = self.feed(b"\n\n") if self._begun else []
        if self._lines:
            self._close(values)
        return values

    def _begin(self, data: bytes) -> bytes:
        """Skip what may stand before the first event."""
        data, self._tail = self._tail + data, b""
        if len(data) < len(BOM) and BOM.startswith(data):
            self._tail = data
            return b""
        data = data.removeprefix(BOM).lstrip()
        if data:
            self._begun = True
            self.is_one_value = data[:1] in (b"{", b"[")
            if data[:1] == b"<":  # a web page
                raise failures.ModelNotThere
        return data

    def _keep(self, data: bytes, most: int) -> None:
        self._tail += data
        if len(self._tail) + self._lines_bytes > most:
            raise failures.ModelGarbage

    def _with_line_feeds(self, data: bytes) -> bytes:
        """Turn CR and CRLF into LF. The LF of a CRLF may come with the next bytes."""
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _take(self, line: bytes, values: list[Any]) -> None:
        if self._lines:
            self._lines.append(line)
            self._lines_bytes += len(line) + 1
            return
        if not line:
            return
        try:
            values.append(self._value(line))
        except ValueError:  # the value goes on in the next lines
            self._lines = [line]

    def _close(self, values: list[Any]) -> None:
        lines, self._lines, self._lines_bytes = self._lines, [], 0
        try:
            values.append(self._value(b"\n".join(lines)))
        except ValueError:
            values += [self._readable(line) for line in lines if line]

    def _readable(self, line: bytes) -> Any:
        """The value of a line. None, which is no chunk, if it is not readable."""
        try:
            return self._value(line)
        except ValueError:
            return None

    def _value(self, data: bytes) -> Any:
        value = DONE if data == b"[DONE]" else loads(data)
        if self._is_error:
            self._is_error = False
            return value if isinstance(value, dict) and "error" in value else {"error": value}
        return value


def loads(data: bytes) -> Any:
    """JSON that may hold lone surrogates. Raises ValueError."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "surrogateescape"), strict=False)


def _values(data: bytes) -> list[Any]:
    """One value, or one per line."""
    try:
        value = loads(data)
        return value if isinstance(value, list) else [value]
    except ValueError:
        pass
    try:
        return [loads(line) for line in data.splitlines() if line.strip()]
    except ValueError as error:
        raise failures.ModelGarbage from error
