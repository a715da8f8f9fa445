"""The web chat: a browser connects over a WebSocket, says who it is, and talks to an agent.

`Reader` reads, `Talk` does what was asked for, `LiveSocket` sends. What is said is stored with its
run before it is acknowledged; the workers are only nudged. See events.py for the frames. A visitor
of a door comes the same way; `Side` is what differs.
"""

import time
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from fastapi import APIRouter, WebSocket
from shared.api.auth import client_address
from shared.channels.widget.visitors import Visitor
from shared.config import settings
from shared.conversations import control, sending
from shared.conversations.frames import known_handling, message_frame, response_frame
from shared.conversations.sending import check_text
from shared.errors import AgentPaused, KonstructError, NotAuthenticated, TooMany
from shared.events import (
    AcceptedFrame,
    AuthFrame,
    CloseCode,
    RetryFrame,
    SendFrame,
    StopFrame,
    TypingFrame,
)
from shared.identity.access import access
from shared.identity.tokens import AccessClaims
from shared.models import WebConversationMessage
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.redis_keys import webchat_response_key
from shared.runs.nudges import handle_message
from shared.telemetry.tracing import span
from shared.tenants import quotas, rate_limits
from shared.valkey.publish import publish_frame, tell_changed
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway import metrics
from gateway.channels.entrance import admit, let_in
from gateway.channels.handshake import identify, renewed
from gateway.channels.refusals import Refused
from gateway.channels.side import Side
from gateway.channels.web_reader import Reader
from gateway.channels.widget.visiting import VisitorSide
from gateway.realtime.admission import Arrival
from gateway.realtime.fanout import Fanout
from gateway.realtime.identified import Identified
from gateway.realtime.live_socket import LiveSocket
from gateway.realtime.shares import Shares
from gateway.realtime.sockets import Sockets

web_chat_router = APIRouter()

shares = Shares()


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
    await let_in(websocket, lambda arrival: _serve(websocket, conversation_id, arrival))


class ChatApp:
    """An ASGI application and no function: what a framework wraps around a function stays in
    memory as long as each socket does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        conversation_id = scope["path_params"]["conversation_id"]
        await chat_websocket(WebSocket(scope, receive, send), conversation_id)


web_chat_router.routes.append(WebSocketRoute("/chat/ws/{conversation_id}", ChatApp()))


async def _serve(websocket: WebSocket, conversation_id: str, arrival: Arrival) -> None:
    identified = await identify(websocket, conversation_id)
    admit(arrival, identified.claims.user_id)
    await _converse(websocket, identified)


async def _converse(websocket: WebSocket, identified: Identified) -> None:
    """Subscribe, catch up, then read and send until one of the two ends."""
    fanout = cast(Fanout, websocket.app.state.fanout)
    sockets = cast(Sockets, websocket.app.state.sockets)
    channel = webchat_response_key(identified.tenant_id, identified.conversation_id)
    side = _side_of(websocket, identified)
    socket = LiveSocket(websocket, identified, side.still_may)
    await fanout.subscribe(channel, socket)
    sockets.add(socket)
    metrics.SOCKETS_OPENED.inc()
    try:
        await socket.begin()
        socket.recheck_access()  # rights may have been lost before we were in the register
        await socket.while_open(Reader(websocket, socket, Talk(identified, socket, side)).run())
    finally:
        socket.release()
        sockets.remove(socket)
        fanout.unsubscribe(channel, socket)


def _side_of(websocket: WebSocket, identified: Identified) -> Side:
    if isinstance(identified.claims, Visitor):
        return VisitorSide(identified.claims, client_address(websocket))
    return MemberSide(identified, cast(AccessClaims, identified.claims))


class MemberSide:
    """A member of the business, on the portal's page."""

    __slots__ = ("_claims", "_who")

    def __init__(self, identified: Identified, claims: AccessClaims) -> None:
        self._who = identified
        self._claims = claims

    def message(self, text: str) -> tuple[KonstructMessage, dict[str, str]]:
        ids = {
            "tenant_id": str(self._who.tenant_id),
            "conversation_id": str(self._who.conversation_id),
        }
        message = normalize_web_event(
            {
                "text": text,
                "agent_id": self._who.agent_id,
                "user_id": self._claims.user_id,
                "display_name": self._who.display_name,
                **ids,
            }
        )
        return message, ids | {"portal_user_id": str(self._claims.user_id)}

    async def still_may(self, claims: Any) -> None:
        await access.check(claims)

    async def require_access(self) -> None:
        await access.check(self._claims)

    async def require_room(self) -> None:
        await rate_limits.require(
            settings.limits.message,
            "messages",
            str(self._claims.user_id),
            message=f"You may send {settings.limits.message.replace('/', ' messages a ')}. "
            "Wait a moment and send it again.",
        )
        await quotas.require_room_for_message(self._who.tenant_id)

    async def renewed(self, frame: AuthFrame) -> AccessClaims:
        """A fresh token extends the socket, if it is the same person's, tenant's and session's."""
        self._claims = await renewed(self._claims, frame)
        return self._claims

    async def not_answered(self, error: KonstructError) -> None:
        """They read why themselves."""

    def tell_lists(self) -> None:
        tell_changed(self._who.tenant_id, "conversations", person_id=self._claims.user_id)


class Talk:
    """What is done for each frame of one person's talk with an agent."""

    __slots__ = ("_side", "_socket", "_who")

    def __init__(self, identified: Identified, socket: LiveSocket, side: Side) -> None:
        self._who = identified
        self._socket = socket
        self._side = side

    async def on_message(self, frame: SendFrame) -> None:
        """Show that it is being worked on, store it, acknowledge it, nudge a worker."""
        try:
            await self._take(frame)
        except (AgentPaused, TooMany) as error:
            await self._side.not_answered(error)
            raise

    async def _take(self, frame: SendFrame) -> None:
        came_at = time.monotonic()
        if self._socket.agent_answers:
            self._socket.say(TypingFrame(conversation_id=self._who.conversation_id))
        await self._require_access()
        check_text(frame.text)
        await self._side.require_room()
        message, extras = self._side.message(frame.text)
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
            sent = await sending.send(
                self._who.tenant_id,
                message,
                extras,
                client_message_id=frame.client_message_id,
                may_merge=self._who.bursts,
            )
        self._accept(sent.message, handling=sent.handling)
        if sent.resent:
            if sent.outcome is not None:
                self._socket.say(response_frame(sent.outcome))
            return
        if sent.nudge is not None:
            handle_message.delay(message.model_dump(mode="json") | extras | sent.nudge)
            self._socket.clock.asked(message.id, came_at)
        traced.end()
        shown = message_frame(sent.message, handling=sent.handling)
        await publish_frame(self._who.tenant_id, self._who.conversation_id, shown)
        self._side.tell_lists()

    async def on_retry(self, frame: RetryFrame) -> None:
        if self._socket.agent_answers:
            self._socket.say(TypingFrame(conversation_id=self._who.conversation_id))
        await self._require_access()
        await self._side.require_room()
        retried = await control.retry(
            *self._conversation, frame.reply_to, channel=self._who.channel
        )
        self._accept(retried.message)
        if retried.nudge is not None:
            handle_message.delay(retried.nudge)

    async def on_stop(self, frame: StopFrame) -> None:
        await self._require_access()
        await control.stop(*self._conversation, frame.reply_to, channel=self._who.channel)

    async def on_auth(self, frame: AuthFrame) -> None:
        self._socket.extend(await self._side.renewed(frame))

    @property
    def _conversation(self) -> tuple[UUID, UUID]:
        return self._who.tenant_id, self._who.conversation_id

    def _accept(self, message: WebConversationMessage, *, handling: str | None = None) -> None:
        if handling is None:
            self._socket.awaits(message.id)
        self._socket.say(
            AcceptedFrame(
                client_message_id=message.client_message_id,
                message_id=message.id,
                seq=message.seq,
                created_at=message.created_at,
                handling=known_handling(handling),
            )
        )

    async def _require_access(self) -> None:
        """Authorisation is checked on every frame, mostly from a short cache."""
        try:
            await self._side.require_access()
        except KonstructError as error:
            if error.retryable:
                raise
            code = (
                CloseCode.NOT_AUTHENTICATED
                if isinstance(error, NotAuthenticated)
                else CloseCode.FORBIDDEN
            )
            raise Refused(code, error.code, error.message) from None
