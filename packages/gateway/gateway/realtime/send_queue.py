"""A socket's send queue, in order and bounded, and the socket's good-bye.

What can go out goes out at once. If the client is slow, or something must be read first, a frame
waits in a bounded queue with everything after it. A task sends the queue and ends, so an idle
socket has no task. A client that reads too slowly is disconnected, never waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from fastapi import WebSocket, WebSocketDisconnect
from shared.background import end
from shared.config import settings
from shared.errors import KonstructError
from shared.events import CloseCode, ServerFrame
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY

from gateway import metrics
from gateway.realtime.due import Frame
from gateway.realtime.ordering import Missing
from gateway.realtime.outlet import Outlet, ReadsTooSlowly, send

log = get_logger(__name__)

CATCH_UP_RETRY_S = 0.5
LAST_WORDS_S = 15.0
"""For a catch-up that was under way at the end, and for saying good-bye."""

Item = Frame | Callable[[], Awaitable[None]]
"""A frame, or something to do in its turn."""


class Dues(Protocol):
    """What goes out for a frame, taken as sent; or what has to be read before."""

    def of(self, frame: Frame) -> list[bytes] | Missing: ...


class CatchesUp(Protocol):
    """Needed where something can be missing before a frame."""

    async def up_to(self, frame: Frame, missing: Missing) -> None: ...


class SendQueue:
    """`put` at any time; what is put is sent from `begin` until `close` or `left`."""

    __slots__ = (
        "_begun",
        "_catching_up",
        "_close",
        "_due",
        "_items",
        "_left",
        "_outlet",
        "_reading",
        "_sender",
        "_websocket",
    )

    def __init__(
        self,
        websocket: WebSocket,
        outlet: Outlet,
        due: Dues,
        catching_up: CatchesUp | None = None,
    ) -> None:
        self._websocket = websocket
        self._outlet = outlet
        self._due = due
        self._catching_up = catching_up
        self._items: list[Item] = []
        self._sender: asyncio.Task[None] | None = None
        self._reading: asyncio.Timeout | None = None
        self._close: tuple[CloseCode, ServerFrame | None] | None = None
        self._begun = False
        self._left = False

    def put(self, item: Item) -> None:
        try:
            if self._left or self._goes_at_once(item):
                return
        except Exception as error:  # the caller serves other sockets too
            self._fail(error)
            return
        if len(self._items) >= settings.sockets.queue_frames:
            if self._close is None:
                metrics.DROPPED_FULL.inc()
            log.info("socket_dropped", reason="queue_full")
            self.close(CloseCode.TOO_SLOW_READER)
            return
        self._items.append(item)
        self._keep_sending()

    def close(self, code: CloseCode, last_words: ServerFrame | None = None) -> None:
        """End the socket. The first reason given counts."""
        if self._close is None:
            self._close = (code, last_words)
            self._keep_sending()

    def left(self) -> None:
        """The client is gone: send nothing more."""
        self._left = True

    def begin(self) -> None:
        """From now on, send what was put."""
        self._begun = True
        self._keep_sending()

    async def while_open(self, reading: Awaitable[None]) -> None:
        """Run `reading` until it ends or we close the socket; then send the last words and the
        close."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as self._reading:
                await reading
        self._reading = None
        if self._sender is not None:
            if self._left:
                await end(self._sender)
            else:
                await asyncio.wait({self._sender}, timeout=LAST_WORDS_S)

    def release(self) -> None:
        """End its task."""
        self._left = True
        if self._sender is not None:
            self._sender.cancel()

    def _goes_at_once(self, item: Item) -> bool:
        """Whether it can be sent now: nothing is queued, the client reads, nothing is missing."""
        is_free = self._begun and self._sender is None and not self._items and self._close is None
        if not is_free or not self._outlet.takes_more or callable(item):
            return False
        due = self._due.of(item)
        if isinstance(due, Missing):
            return False
        for frame in due:
            self._outlet.write(frame)
        return True

    # ── the sending task ───────────────────────────────────────────────────────────────────────

    def _keep_sending(self) -> None:
        if self._begun and self._sender is None and (self._items or self._close):
            self._sender = asyncio.create_task(self._send_waiting())

    async def _send_waiting(self) -> None:
        """Send what is queued, and good-bye if that is due."""
        try:
            while self._items and not (self._left or self._close):
                await self._handle(self._items.pop(0))
            if self._close and not self._left:
                await self._say_good_bye(*self._close)
        except WebSocketDisconnect:
            self._left = True
        except ReadsTooSlowly:
            metrics.DROPPED_SLOW.inc()
            log.info("socket_dropped", reason="reads_too_slowly")
            self._left = True
            await self._hang_up(CloseCode.TOO_SLOW_READER)
        except Exception as error:
            self._fail(error)
            await self._hang_up(CloseCode.INTERNAL_ERROR)
        finally:
            self._sender = None
            if self._left or self._close:
                self._stop_reading()

    async def _handle(self, item: Item) -> None:
        try:
            if callable(item):
                await item()
                return
            due = self._due.of(item)
            if isinstance(due, Missing):
                assert self._catching_up is not None
                await self._catching_up.up_to(item, due)
                return
            for frame in due:
                await send(self._outlet, frame)
        except (KonstructError, *DATABASE_AWAY, *VALKEY_AWAY) as error:
            # Read it again later: the socket must not fall silent.
            log.warning("socket_catch_up_failed", error=type(error).__name__)
            asyncio.get_running_loop().call_later(CATCH_UP_RETRY_S, self.put, item)

    def _fail(self, error: Exception) -> None:
        log.exception("socket_broken", error=type(error).__name__)
        self.close(CloseCode.INTERNAL_ERROR)

    def _stop_reading(self) -> None:
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(asyncio.get_running_loop().time())

    async def _say_good_bye(self, code: CloseCode, last_words: ServerFrame | None) -> None:
        if last_words is not None and code is not CloseCode.TOO_SLOW_READER:
            await send(self._outlet, last_words.wire())
        await self._hang_up(code)

    async def _hang_up(self, code: CloseCode) -> None:
        try:
            async with asyncio.timeout(1):
                await self._websocket.close(code)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            pass
