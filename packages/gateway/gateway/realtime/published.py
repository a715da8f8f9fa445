"""A frame published about a conversation, decoded once and encoded once for all its sockets."""

from typing import Any

import orjson
from shared.events import ServerFrame
from shared.telemetry.tracing import TRACEPARENT


class Published:
    """`fields` are read-only: all sockets of the conversation share them."""

    __slots__ = ("_wire", "fields")

    def __init__(self, fields: dict[str, Any], wire: bytes | None = None) -> None:
        self.fields = fields
        self._wire = wire

    @classmethod
    def read(cls, data: bytes) -> "Published":
        """Decode a published frame. It goes out as it is, but for the trace, which stays inside.
        Raises ValueError if it is no JSON object."""
        fields = orjson.loads(data)
        if not isinstance(fields, dict):
            raise ValueError("not an object")
        return cls(fields, None if TRACEPARENT in fields else data)

    @classmethod
    def of(cls, frame: ServerFrame) -> "Published":
        """The frame, as if it had been published."""
        return cls(frame.payload())

    def wire(self) -> bytes:
        """The bytes that go out."""
        if self._wire is None:
            self._wire = encoded(self.fields)
        return self._wire


def encoded(fields: dict[str, Any]) -> bytes:
    """These fields as the bytes that go out."""
    if TRACEPARENT in fields:
        fields = {name: value for name, value in fields.items() if name != TRACEPARENT}
    return orjson.dumps(fields)
