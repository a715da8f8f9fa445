"""A frame published about a conversation, as every socket of it hears it."""

from typing import Any

import orjson
from shared.events import ServerFrame
from shared.telemetry.tracing import TRACEPARENT


class Published:
    """`fields` are read-only: all sockets of the conversation share them."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    @classmethod
    def of(cls, frame: ServerFrame) -> "Published":
        """As if it had been published."""
        return cls(frame.payload())

    @property
    def traceparent(self) -> object:
        """The trace it ends, which is nobody else's business; None without one."""
        return self.fields.get(TRACEPARENT)

    def wire(self) -> bytes:
        """As it goes out."""
        return wire(self.fields)


def wire(fields: dict[str, Any]) -> bytes:
    """As these fields go out."""
    return orjson.dumps({name: value for name, value in fields.items() if name != TRACEPARENT})
