"""The news of a business for one of its people: a socket that says which lists to look up again.

A page holds one beside its conversation's, instead of asking again and again. It carries names of
lists and no contents: what is new is asked for over REST, under the person's rights.
"""

from typing import cast
from uuid import UUID

from fastapi import APIRouter, WebSocket
from shared.errors import BadRequest
from shared.events import AuthFrame, RetryFrame, SendFrame, StopFrame
from shared.identity.roles import PLATFORM_ADMIN
from shared.identity.tokens import AccessClaims
from shared.redis_keys import all_news_key, person_news_key, tenant_news_key
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway import metrics
from gateway.channels.entrance import admit, let_in
from gateway.channels.handshake import identify_member, renewed
from gateway.channels.web_reader import Reader
from gateway.realtime.admission import Arrival
from gateway.realtime.fanout import Fanout
from gateway.realtime.news_socket import NewsSocket
from gateway.realtime.sockets import Sockets

news_router = APIRouter()


class NewsApp:
    """An ASGI application and no function, as the chat's is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        await let_in(websocket, lambda arrival: _serve(websocket, arrival))


news_router.routes.append(WebSocketRoute("/chat/news", NewsApp()))


async def _serve(websocket: WebSocket, arrival: Arrival) -> None:
    claims, tenant_id = await identify_member(websocket)
    admit(arrival, claims.user_id)
    fanout = cast(Fanout, websocket.app.state.fanout)
    sockets = cast(Sockets, websocket.app.state.sockets)
    socket = NewsSocket(websocket, claims)
    followed = _followed(tenant_id, claims)
    sockets.add(socket)
    metrics.SOCKETS_OPENED.inc()
    try:
        for channel in followed:
            await fanout.subscribe(channel, socket)
        socket.begin()
        socket.recheck_access()  # rights may have been lost before we were in the register
        await socket.while_open(Reader(websocket, socket, Listening(socket)).run())
    finally:
        socket.release()
        sockets.remove(socket)
        for channel in followed:
            fanout.unsubscribe(channel, socket)


def _followed(tenant_id: UUID, claims: AccessClaims) -> tuple[str, ...]:
    """The platform's people see everybody's lists, so they hear of everybody's."""
    if claims.role == PLATFORM_ADMIN:
        return (all_news_key(tenant_id),)
    return tenant_news_key(tenant_id), person_news_key(tenant_id, claims.user_id)


class Listening:
    """What is done for each frame: nothing but to let a fresh token extend the socket."""

    __slots__ = ("_socket",)

    def __init__(self, socket: NewsSocket) -> None:
        self._socket = socket

    async def on_message(self, frame: SendFrame) -> None:  # noqa: ARG002
        raise _nothing_said_here()

    async def on_stop(self, frame: StopFrame) -> None:  # noqa: ARG002
        raise _nothing_said_here()

    async def on_retry(self, frame: RetryFrame) -> None:  # noqa: ARG002
        raise _nothing_said_here()

    async def on_auth(self, frame: AuthFrame) -> None:
        self._socket.extend(await renewed(self._socket.claims, frame))


def _nothing_said_here() -> BadRequest:
    return BadRequest(
        "Nothing is said on this socket. Open the conversation's.", code="nothing_said_here"
    )
