"""The web chat: a browser connects over a WebSocket, says who it is, and talks to an agent.

This coroutine reads; `LiveSocket` sends. What is said is stored with its run before it is
acknowledged; the workers are only nudged. See events.py for the frames.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from shared.api.auth import client_address
from shared.api.page_origin import require_own_origin
from shared.config import settings
from shared.conversations import control, receive
from shared.conversations.frames import message_frame, response_frame
from shared.conversations.receive import check_text
from shared.errors import Forbidden, KonstructError, NotAuthenticated, TooMany, Unavailable
from shared.events import (
    AcceptedFrame,
    AuthFrame,
    CloseCode,
    ErrorFrame,
    RetryFrame,
    SendFrame,
    StopFrame,
    TypingFrame,
)
from shared.headers import ON_EVERY_ANSWER
from shared.identity.access import access
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import webchat_response_key
from shared.runs.nudges import handle_message
from shared.telemetry.tracing import span
from shared.tenants import quotas, rate_limits
from shared.valkey.publish import publish_frame
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway import metrics
from gateway.channels.handshake import (
    BadFrame,
    Identified,
    Named,
    Refused,
    identify,
    ids_named,
    parse_frame,
    receive_text,
    verify_claims,
)
from gateway.errors import answer
from gateway.realtime.admission import Arrival, Pace, admission
from gateway.realtime.fanout import Fanout
from gateway.realtime.live_socket import LiveSocket, ReadsTooSlowly, error_frame
from gateway.realtime.outlet import outlet_of
from gateway.realtime.shares import Shares
from gateway.realtime.sockets import Sockets

log = get_logger(__name__)

web_chat_router = APIRouter()

shares = Shares()

BAD_FRAMES_BEFORE_CLOSE = 10
REFUSALS_BEFORE_CLOSE = 20


def normalize_web_event(event: Mapping[str, Any]) -> KonstructMessage:
    """A browser's message as a `KonstructMessage`. The conversation scopes memory and order.

    `event` holds text, tenant_id, agent_id, user_id, display_name, conversation_id.
    """
    tenant_id, conversation_id = str(event["tenant_id"]), str(event["conversation_id"])
    user_id = str(event["user_id"])
    return KonstructMessage(
        tenant_id=tenant_id,
        channel=ChannelType.WEB,
        channel_metadata={
            "portal_user_id": user_id,
            "tenant_id": tenant_id,
            "conversation_id": conversation_id,
        },
        sender=SenderInfo(user_id=user_id, display_name=event.get("display_name") or ""),
        content=MessageContent(text=event["text"]),
        thread_id=conversation_id,
        context={"agent_id": str(event["agent_id"])},
    )


async def chat_websocket(websocket: WebSocket, conversation_id: str) -> None:
    """One socket from handshake to good-bye. Everything it holds is released on every way out."""
    try:
        require_own_origin(websocket)
        with admission.arriving(client_address(websocket)) as arrival:
            await websocket.accept()
            outlet_of(websocket).forget_handshake()
            await _serve(websocket, conversation_id, arrival)
    except (Forbidden, TooMany) as refusal:  # before it is accepted it costs least
        await _deny(websocket, refusal)


async def _deny(websocket: WebSocket, refusal: KonstructError) -> None:
    """Answer over HTTP instead of accepting; a server that cannot says 403 in its own words."""
    refused = answer(refusal)
    refused.headers.update(ON_EVERY_ANSWER)
    with suppress(WebSocketDisconnect):
        if "websocket.http.response" in websocket.scope.get("extensions", {}):
            await websocket.send_denial_response(refused)
        else:
            await websocket.close()


class ChatApp:
    """An ASGI application and no function: what a framework wraps around a function stays in
    memory as long as each socket does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        conversation_id = scope["path_params"]["conversation_id"]
        await chat_websocket(WebSocket(scope, receive, send), conversation_id)


web_chat_router.routes.append(WebSocketRoute("/chat/ws/{conversation_id}", ChatApp()))


async def _serve(websocket: WebSocket, conversation_id: str, arrival: Arrival) -> None:
    try:
        identified = await identify(websocket, conversation_id)
        _admit(arrival, identified)
        await _converse(websocket, identified)
    except Refused as refused:
        await _refuse(websocket, refused)
    except (KonstructError, ReadsTooSlowly, *DATABASE_AWAY, *VALKEY_AWAY) as error:
        log.warning("socket_failed", error=type(error).__name__)
        unavailable = Unavailable("Konstruct cannot reach one of its parts. Try again shortly.")
        await _refuse(
            websocket, Refused(CloseCode.GOING_AWAY, unavailable.code, unavailable.message)
        )
    except WebSocketDisconnect:
        pass


def _admit(arrival: Arrival, identified: Identified) -> None:
    try:
        arrival.identified(identified.claims.user_id)
    except TooMany as refusal:
        raise Refused(
            CloseCode.TOO_FAST,
            refusal.code,
            refusal.message,
            retry_after_s=refusal.retry_after_s,
        ) from None


async def _converse(websocket: WebSocket, identified: Identified) -> None:
    """Subscribe, catch up, then read and send until one of the two ends."""
    fanout = cast(Fanout, websocket.app.state.fanout)
    sockets = cast(Sockets, websocket.app.state.sockets)
    channel = webchat_response_key(identified.tenant_id, identified.conversation_id)
    socket = LiveSocket(websocket, identified)
    await fanout.subscribe(channel, socket)
    sockets.add(socket)
    metrics.SOCKETS_OPENED.inc()
    try:
        await socket.begin()
        socket.recheck_access()  # rights may have been lost before we were in the register
        await socket.while_open(Reader(websocket, identified, socket).run())
    finally:
        socket.release()
        sockets.remove(socket)
        fanout.unsubscribe(channel, socket)


async def _refuse(websocket: WebSocket, refused: Refused) -> None:
    metrics.refused(refused.code)
    with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(settings.sockets.send_timeout_s):
            await websocket.send_text(refused.frame().wire().decode())
            await websocket.close(refused.close_code)


class Reader:
    """Takes the client's frames one after the other; what there is to say goes to the socket."""

    __slots__ = ("_bad_frames", "_pace", "_refusals", "_socket", "_websocket", "_who")

    def __init__(self, websocket: WebSocket, identified: Identified, socket: LiveSocket) -> None:
        self._websocket = websocket
        self._who = identified
        self._socket = socket
        self._bad_frames = 0
        self._refusals = 0
        self._pace = Pace(settings.sockets.frames_per_second, settings.sockets.frames_at_once)

    async def run(self) -> None:
        """Read until the client leaves or must."""
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
                await self._guarded(self._on_message(frame), frame.client_message_id)
            case StopFrame():
                await self._guarded(self._on_stop(frame), reply_to=frame.reply_to)
            case RetryFrame():
                await self._guarded(self._on_retry(frame), reply_to=frame.reply_to)
            case AuthFrame():
                await self._guarded(self._on_auth(frame))

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
        handling: Any,
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

    async def _on_message(self, frame: SendFrame) -> None:
        """Show that it is being worked on, store it, acknowledge it, nudge a worker."""
        came_at = time.monotonic()
        self._socket.say(TypingFrame(conversation_id=self._who.conversation_id))
        await self._require_access()
        check_text(frame.text)
        await self._require_room()
        message = normalize_web_event(
            {
                "text": frame.text,
                "tenant_id": self._who.tenant_id,
                "agent_id": self._who.agent_id,
                "user_id": self._who.claims.user_id,
                "display_name": self._who.display_name,
                "conversation_id": self._who.conversation_id,
            }
        )
        extras = {
            "conversation_id": str(self._who.conversation_id),
            "portal_user_id": str(self._who.claims.user_id),
            "tenant_id": str(self._who.tenant_id),
        }
        traced = span(
            "gateway.message",
            "server",
            began_at=came_at,
            message_id=message.id,
            tenant_id=self._who.tenant_id,
            conversation_id=self._who.conversation_id,
        )
        extras |= traced.carried
        async with shares.of(self._who.tenant_id):
            sent = await receive.send(
                self._who.tenant_id, message, extras, client_message_id=frame.client_message_id
            )
        self._accept(sent.message)
        if sent.resent:
            if sent.outcome is not None:
                self._socket.say(response_frame(sent.outcome))
            return
        handle_message.delay(message.model_dump(mode="json") | extras)
        self._socket.clock.asked(message.id, came_at)
        traced.end()
        await self._show_to_other_sockets(sent.message)

    async def _on_retry(self, frame: RetryFrame) -> None:
        self._socket.say(TypingFrame(conversation_id=self._who.conversation_id))
        await self._require_access()
        await self._require_room()
        retried = await control.retry(
            self._who.tenant_id, self._who.conversation_id, frame.reply_to
        )
        self._accept(retried.message)
        if retried.payload is not None:
            handle_message.delay(retried.payload)

    async def _on_stop(self, frame: StopFrame) -> None:
        await self._require_access()
        await control.stop(self._who.tenant_id, self._who.conversation_id, frame.reply_to)

    async def _on_auth(self, frame: AuthFrame) -> None:
        """A fresh token extends the socket, if it is the same person's, tenant's and session's."""
        claims = verify_claims(frame)
        old = self._socket.claims
        if (claims.user_id, claims.tenant_id, claims.session_id) != (
            old.user_id,
            old.tenant_id,
            old.session_id,
        ):
            raise NotAuthenticated(
                "A socket stays with its person, tenant and session. Open another one."
            )
        await access.check(claims)
        self._socket.extend(claims)

    def _accept(self, message: WebConversationMessage) -> None:
        self._socket.awaits(message.id)
        self._socket.say(
            AcceptedFrame(
                client_message_id=message.client_message_id,
                message_id=message.id,
                seq=message.seq,
                created_at=message.created_at,
            )
        )

    async def _show_to_other_sockets(self, message: WebConversationMessage) -> None:
        await publish_frame(self._who.tenant_id, self._who.conversation_id, message_frame(message))

    async def _require_access(self) -> None:
        """Authorisation is checked on every frame, mostly from a short cache."""
        try:
            await access.check(self._socket.claims)
        except KonstructError as error:
            if error.retryable:
                raise
            code = (
                CloseCode.NOT_AUTHENTICATED
                if isinstance(error, NotAuthenticated)
                else CloseCode.FORBIDDEN
            )
            raise Refused(code, error.code, error.message) from None

    async def _require_room(self) -> None:
        await rate_limits.require(
            settings.limits.message,
            "messages",
            str(self._who.claims.user_id),
            message=f"You may send {settings.limits.message.replace('/', ' messages a ')}. "
            "Wait a moment and send it again.",
        )
        await quotas.require_room_for_message(self._who.tenant_id)
