"""One person's socket of news. What is otherwise is named once, however often it changes meanwhile.

Names wait `TOGETHER_S` before they go out, or `EVERYBODYS_TOGETHER_S` for who hears of everybody's,
so that a busy business costs its people's browsers a bounded number of requests. If something may
have been missed, all is to be looked up again: `listening` says so.
"""

import asyncio
from collections.abc import Awaitable
from uuid import UUID

from fastapi import WebSocket
from shared.events import ChangedFrame, CloseCode, ListeningFrame, ReconnectFrame, ServerFrame
from shared.identity.roles import MAY_ADMINISTER, PLATFORM_ADMIN
from shared.identity.tokens import AccessClaims

from gateway.realtime.due import Frame
from gateway.realtime.outlet import outlet_of
from gateway.realtime.published import Published
from gateway.realtime.send_queue import SendQueue
from gateway.realtime.tenure import Tenure

TOGETHER_S = 0.25
EVERYBODYS_TOGETHER_S = 2.0
"""For the platform's people: each look at everybody's conversations is recorded."""
OF_ADMINS = frozenset({"people", "invitations"})
"""Lists that only those see who administer the business."""


class AsItComes:
    """Nothing of this socket is numbered, so nothing is ever missing before a frame."""

    __slots__ = ()

    def of(self, frame: Frame) -> list[bytes]:
        return [frame.wire()]


class NewsSocket:
    """Made after the handshake and subscribed; then `begin`, `while_open`, and `release` on every
    way out."""

    __slots__ = ("_queue", "_soon", "_tenure", "_timer")

    def __init__(self, websocket: WebSocket, claims: AccessClaims) -> None:
        self._queue = SendQueue(websocket, outlet_of(websocket), AsItComes())
        self._tenure: Tenure[AccessClaims] = Tenure(claims, put=self._queue.put, close=self.close)
        self._soon: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def user_id(self) -> UUID:
        return self.claims.user_id

    @property
    def claims(self) -> AccessClaims:
        return self._tenure.claims

    # ── what others may do; nothing here waits ─────────────────────────────────────────────────

    def deliver(self, frame: Published) -> None:
        """Something changed in the business, or of this person's own."""
        what = frame.fields.get("what")
        if isinstance(what, str) and (what not in OF_ADMINS or self.claims.role in MAY_ADMINISTER):
            self._soon.add(what)
            if self._timer is None:
                of_all = self.claims.role == PLATFORM_ADMIN
                wait_s = EVERYBODYS_TOGETHER_S if of_all else TOGETHER_S
                self._timer = asyncio.get_running_loop().call_later(wait_s, self._tell)

    def resync(self) -> None:
        """Something may have been missed."""
        self._queue.put(ListeningFrame())

    def say(self, frame: ServerFrame) -> None:
        self._queue.put(frame)

    def close(self, code: CloseCode, last_words: ServerFrame | None = None) -> None:
        self._queue.close(code, last_words)

    def go_away(self, after_ms: int) -> None:
        self.close(CloseCode.GOING_AWAY, ReconnectFrame(after_ms=after_ms))

    def gone(self) -> None:
        self._queue.left()

    def recheck_access(self) -> None:
        self._tenure.recheck()

    def extend(self, claims: AccessClaims) -> None:
        """A fresh token of the same person, tenant and session."""
        self._tenure.extend(claims)

    # ── its life ───────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """From now on nothing is missed."""
        self._queue.begin()
        self._queue.put(ListeningFrame())
        self._tenure.begin()

    async def while_open(self, reading: Awaitable[None]) -> None:
        await self._queue.while_open(reading)

    def release(self) -> None:
        """Let go of its task and timers, on every way out."""
        if self._timer is not None:
            self._timer.cancel()
        self._tenure.end()
        self._queue.release()

    def _tell(self) -> None:
        self._timer = None
        for what in sorted(self._soon):
            self._queue.put(ChangedFrame(what=what))
        self._soon.clear()
