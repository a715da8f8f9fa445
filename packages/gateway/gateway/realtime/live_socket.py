"""One authenticated socket: everything that goes out passes here, in order and bounded.

Frames come from the fan-out (`deliver`) and from the socket's own reader (`say`). `Due` says what
goes out for each, `CatchingUp` reads what is missing before it, `SendQueue` sends it, and `Silence`
tells when nothing is heard of an answer. The socket ends with its person's rights.
"""

from collections.abc import Awaitable
from uuid import UUID

from fastapi import WebSocket
from shared.events import CloseCode, ErrorFrame, ReadyFrame, ReconnectFrame, ServerFrame

from gateway.metrics import AnswerClock
from gateway.realtime.catch_up import CatchingUp, held
from gateway.realtime.due import Due
from gateway.realtime.identified import Claims, Identified
from gateway.realtime.outlet import outlet_of, send
from gateway.realtime.published import Published
from gateway.realtime.send_queue import SendQueue
from gateway.realtime.silence import Silence
from gateway.realtime.tenure import Check, Tenure, may_enter

PUBLISHED_TYPES = frozenset(
    {"message", "response", "delta", "tool_started", "tool_finished", "reset", "error"}
)

SILENCE = (
    "There has been no sign of the answer for a while. Your message is kept, and the answer "
    "appears here when it comes."
)


class LiveSocket:
    """Made after the handshake: `begin`, then `while_open`, and `release` on every way out."""

    __slots__ = (
        "_catching_up",
        "_due",
        "_is_looking",
        "_outlet",
        "_queue",
        "_tenure",
        "_who",
    )

    def __init__(
        self, websocket: WebSocket, identified: Identified, check: Check = may_enter
    ) -> None:
        self._who = identified
        self._outlet = outlet_of(websocket)
        self._due = Due(Silence(look=self._look_for_news, tell=self._tell_silence))
        self._catching_up = CatchingUp(identified, self._due, self._outlet)
        self._queue = SendQueue(websocket, self._outlet, self._due, self._catching_up)
        self._tenure: Tenure[Claims] = Tenure(
            identified.claims, check=check, put=self._queue.put, close=self.close
        )
        self._is_looking = False

    @property
    def user_id(self) -> UUID:
        return self._who.claims.user_id

    @property
    def claims(self) -> Claims:
        return self._tenure.claims

    @property
    def clock(self) -> AnswerClock:
        return self._due.clock

    @property
    def agent_answers(self) -> bool:
        """As far as this socket has heard."""
        return self._due.handling == "agent"

    # ── what others may do; nothing here waits ─────────────────────────────────────────────────

    def deliver(self, frame: Published) -> None:
        """A frame was published about this conversation."""
        if frame.fields.get("type") in PUBLISHED_TYPES:
            self._queue.put(frame)

    def resync(self) -> None:
        """Something may have been missed: look into PostgreSQL."""
        self._queue.put(self._catching_up.again)

    def say(self, frame: ServerFrame) -> None:
        """A frame for this socket alone."""
        self._queue.put(frame)

    def close(self, code: CloseCode, last_words: ServerFrame | None = None) -> None:
        """End the socket. The first reason given counts."""
        self._queue.close(code, last_words)

    def go_away(self, after_ms: int) -> None:
        self.close(CloseCode.GOING_AWAY, ReconnectFrame(after_ms=after_ms))

    def gone(self) -> None:
        """The other side has left."""
        self._queue.left()

    def recheck_access(self) -> None:
        self._tenure.recheck()

    def extend(self, claims: Claims) -> None:
        """A fresh token of the same person, tenant and session."""
        self._tenure.extend(claims)

    def awaits(self, reply_to: UUID) -> None:
        """An answer is expected; silence will be told."""
        self._due.awaits(reply_to)

    # ── its life ───────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        """Send what this socket has not had, then `ready`, then what came meanwhile. Raises
        KonstructError."""
        await self._catching_up.begin()
        ready = ReadyFrame(
            conversation_id=self._who.conversation_id,
            last_seq=self._due.ordering.last_seq,
            reset_seq=self._due.ordering.reset_seq,
            handling=held(self._due.handling),
        )
        await send(self._outlet, ready.wire())
        self._tenure.begin()
        self._queue.begin()

    async def while_open(self, reading: Awaitable[None]) -> None:
        """Let the client's frames be read until it leaves, must, or is closed from our side; then
        say what is to be said at the end."""
        await self._queue.while_open(reading)

    def release(self) -> None:
        """Let go of its task and timers, on every way out."""
        self._due.silence.end()
        self._tenure.end()
        self._queue.release()

    # ── silence ────────────────────────────────────────────────────────────────────────────────

    def _look_for_news(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self._queue.put(self._look)

    async def _look(self) -> None:
        await self._catching_up.again()
        self._is_looking = False

    def _tell_silence(self, reply_to: UUID) -> None:
        self.say(ErrorFrame(code="silence", message=SILENCE, retryable=True, reply_to=reply_to))
