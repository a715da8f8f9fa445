"""A frame published about a conversation: read once and encoded once, for all sockets of it."""

from typing import Any

import orjson
from shared.events import ServerFrame
from shared.telemetry.tracing import TRACEPARENT


class Published:
    """`fields` are read-only: all who hear the frame share them."""

    __slots__ = ("_wire", "fields")

    def __init__(self, fields: dict[str, Any], wire: bytes | None = None) -> None:
        self.fields = fields
        self._wire = wire

    @classmethod
    def read(cls, data: bytes) -> "Published":
        """What was published is what goes out, but for a trace, which is nobody's business. Raises
        ValueError for what is no JSON object."""
        fields = orjson.loads(data)
        if not isinstance(fields, dict):
            raise ValueError("not an object")
        return cls(fields, None if TRACEPARENT in fields else data)

    @classmethod
    def of(cls, frame: ServerFrame) -> "Published":
        """As if it had been published."""
        return cls(frame.payload())

    def wire(self) -> bytes:
        """As it goes out."""
        if self._wire is None:
            self._wire = encoded(self.fields)
        return self._wire


def encoded(fields: dict[str, Any]) -> bytes:
    """As these fields go out."""
    if TRACEPARENT in fields:
        fields = {name: value for name, value in fields.items() if name != TRACEPARENT}
    return orjson.dumps(fields)
