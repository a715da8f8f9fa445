"""Reading a web socket: the client's frames one after the other, at a bounded pace.

What cannot be read, comes too fast or is refused is answered with an `error` frame that names the
ids it had. A client that goes on all the same is shown out.
"""

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from shared.config import settings
from shared.conversations.frames import error_frame
from shared.errors import KonstructError, TooMany, Unavailable
from shared.events import (
    AuthFrame,
    CloseCode,
    ErrorFrame,
    RetryFrame,
    SendFrame,
    ServerFrame,
    StopFrame,
)
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY

from gateway import metrics
from gateway.channels.frames import BadFrame, ids_named, parse_frame, receive_text
from gateway.channels.refusals import Named, Refused
from gateway.realtime.admission import Pace

log = get_logger(__name__)

BAD_FRAMES_BEFORE_CLOSE = 10
REFUSALS_BEFORE_CLOSE = 20


class Socket(Protocol):
    """Whom it is told what was read and how it ended."""

    def say(self, frame: ServerFrame) -> None: ...
    def close(self, code: CloseCode, last_words: ServerFrame | None = None) -> None: ...
    def gone(self) -> None: ...


class Handlers(Protocol):
    """What is done for each kind of frame. Raises KonstructError to refuse it, Refused to end the
    socket."""

    async def on_message(self, frame: SendFrame) -> None: ...
    async def on_stop(self, frame: StopFrame) -> None: ...
    async def on_retry(self, frame: RetryFrame) -> None: ...
    async def on_auth(self, frame: AuthFrame) -> None: ...


class Reader:
    """Reads until the client leaves or must; what there is to say goes to the socket."""

    __slots__ = ("_bad_frames", "_handlers", "_pace", "_refusals", "_socket", "_websocket")

    def __init__(self, websocket: WebSocket, socket: Socket, handlers: Handlers) -> None:
        self._websocket = websocket
        self._socket = socket
        self._handlers = handlers
        self._bad_frames = 0
        self._refusals = 0
        self._pace = Pace(settings.sockets.frames_per_second, settings.sockets.frames_at_once)

    async def run(self) -> None:
        """Never raises; the socket is told how it ended."""
        try:
            while True:
                await self._read_one()
        except WebSocketDisconnect:
            self._socket.gone()
        except Refused as refused:
            metrics.refused(refused.code)
            self._socket.close(refused.close_code, refused.frame())
        except Exception as error:
            log.exception("reader_failed", error=type(error).__name__)
            self._socket.close(CloseCode.INTERNAL_ERROR)

    async def _read_one(self) -> None:
        """The next frame; whatever refuses it names the ids it has."""
        text = ""
        try:
            text = await receive_text(self._websocket)
            await self._take(text)
        except BadFrame as error:
            self._refuse_bad_frame(error, ids_named(text))
        except Refused as refused:
            refused.named = refused.named or ids_named(text)
            raise

    async def _take(self, text: str) -> None:
        if settings.limits.enabled and not self._pace.allows():
            self._refuse_frame(ids_named(text))
            return
        frame = parse_frame(text)
        match frame:
            case SendFrame():
                await self._guarded(self._handlers.on_message(frame), frame.client_message_id)
            case StopFrame():
                await self._guarded(self._handlers.on_stop(frame), reply_to=frame.reply_to)
            case RetryFrame():
                await self._guarded(self._handlers.on_retry(frame), reply_to=frame.reply_to)
            case AuthFrame():
                await self._guarded(self._handlers.on_auth(frame))

    def _refuse_bad_frame(self, error: BadFrame, named: Named) -> None:
        self._bad_frames += 1
        if self._bad_frames >= BAD_FRAMES_BEFORE_CLOSE:
            raise Refused(CloseCode.BAD_FRAME, "bad_frame", str(error), named=named) from None
        metrics.refused("bad_frame")
        self._socket.say(ErrorFrame(code="bad_frame", message=str(error), **named))

    def _refuse_frame(self, named: Named) -> None:
        refusal = TooMany(
            "Your client sends too many frames. What it sent just now was not looked at.",
            code="too_many_frames",
        )
        metrics.refused(refusal.code)
        self._note_refusal(refusal)
        self._socket.say(error_frame(refusal, **named))

    async def _guarded(
        self,
        handling: Awaitable[None],
        client_message_id: str | None = None,
        reply_to: UUID | None = None,
    ) -> None:
        """Run a frame's handler; what it refuses is said, and the socket stays usable."""
        try:
            await handling
        except KonstructError as error:
            metrics.refused(error.code)
            self._note_refusal(error)
            self._socket.say(
                error_frame(error, reply_to=reply_to, client_message_id=client_message_id)
            )
        except (*DATABASE_AWAY, *VALKEY_AWAY) as error:
            log.warning("frame_failed", error=type(error).__name__)
            unavailable = Unavailable("Your message could not be stored. Send it again shortly.")
            metrics.refused(unavailable.code)
            self._socket.say(
                error_frame(unavailable, reply_to=reply_to, client_message_id=client_message_id)
            )

    def _note_refusal(self, error: KonstructError) -> None:
        """Who does not heed `too_many` is shown out."""
        self._refusals = self._refusals + 1 if isinstance(error, TooMany) else 0
        if self._refusals >= REFUSALS_BEFORE_CLOSE:
            after_s = error.retry_after_s if isinstance(error, TooMany) else None
            raise Refused(CloseCode.TOO_FAST, error.code, error.message, retry_after_s=after_s)
