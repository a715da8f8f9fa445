"""Silence: what a socket does when no frame of an awaited answer comes.

After `silence_look_s` the socket looks in PostgreSQL, and again each time the silence has doubled:
the worker that stored the answer may have died, or been cut off from Valkey, before publishing.
After `silence_timeout_s` the client gets the `silence` error, once for each answer.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from shared.config import settings

from gateway.realtime.ordering import TOOLS


class Silence:
    """`look` and `tell` are called from a timer and must not block."""

    __slots__ = ("_awaited", "_heard_at", "_look", "_tell", "_timer", "_told")

    def __init__(self, *, look: Callable[[], None], tell: Callable[[UUID], None]) -> None:
        self._look = look
        self._tell = tell
        self._awaited: set[str] = set()
        self._told: set[str] = set()
        self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_broken(self) -> bool:
        """Whether no answer is awaited."""
        return not self._awaited

    def awaits(self, reply_to: str) -> None:
        if not self._awaited:
            self._heard_at = _now()
        self._awaited.add(reply_to)
        if self._timer is None:
            self._wait()

    def heard_of(self, frame: dict[str, Any]) -> None:
        """This frame goes out. After a sign that it is worked on, or a user's message while no
        colleague has the conversation, more frames are awaited."""
        kind, reply_to = frame["type"], frame.get("reply_to")
        if kind in ("delta", *TOOLS):
            if reply_to not in self._awaited:
                self.awaits(str(reply_to))
        elif kind in ("message", "response") and reply_to:
            self._awaited.discard(reply_to)
            self._told.discard(reply_to)
        elif kind == "message":
            if frame.get("role") == "user" and not frame.get("handling"):
                self.awaits(frame["id"])
        elif kind == "reset":
            self._awaited.clear()
            self._told.clear()
        else:
            return
        self._heard_at = _now()

    def expect_nothing(self) -> None:
        """No answer is on its way."""
        self._awaited.clear()
        self._told.clear()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        """Set the timer for the next look or error, if no frame comes until then."""
        silent_s = _now() - self._heard_at
        next_s = settings.sockets.silence_look_s
        while next_s <= silent_s:
            next_s *= 2
        if silent_s < settings.sockets.silence_timeout_s:
            next_s = min(next_s, settings.sockets.silence_timeout_s)
        self._timer = asyncio.get_running_loop().call_later(next_s - silent_s, self._act)

    def _act(self) -> None:
        self._timer = None
        if not self._awaited:
            return
        silent_s = _now() - self._heard_at
        if silent_s >= settings.sockets.silence_look_s:
            self._look()
        if silent_s >= settings.sockets.silence_timeout_s:
            for reply_to in self._awaited - self._told:
                self._tell(UUID(reply_to))
            self._told |= self._awaited
        self._wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
