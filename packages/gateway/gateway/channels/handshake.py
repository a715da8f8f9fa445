"""Who is at the other end of a socket, before anything else is said.

The Origin is checked before the socket is accepted; then the first frame must be `auth`, within
some seconds, and everything it claims must agree with its token.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from fastapi import WebSocket
from shared.config import settings
from shared.conversations import catch_up
from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.errors import Forbidden, KonstructError, NotAuthenticated, NotFound
from shared.events import AuthFrame, ClientFrame, CloseCode, VisitorAuthFrame
from shared.identity.access import access
from shared.identity.tokens import AccessClaims, verify_access_token

from gateway.channels.frames import BadFrame, ids_named, parse_first_frame, receive_text
from gateway.channels.refusals import Refused
from gateway.channels.widget.visiting import visitor_identified
from gateway.realtime.identified import Identified


async def identify(websocket: WebSocket, conversation_id: str) -> Identified:
    """Wait for the `auth` frame and check it; the conversation must be the person's own, or the
    visitor's. Raises Refused, WebSocketDisconnect."""
    frame = await _first_frame(websocket)
    with _refused():
        if isinstance(frame, VisitorAuthFrame):
            return await visitor_identified(frame, conversation_id)
        claims = verify_claims(frame)
        await access.check(claims)
        return await _open(frame, claims, conversation_id)


async def identify_member(websocket: WebSocket) -> tuple[AccessClaims, UUID]:
    """The same without a conversation: whose token it is, and the tenant it is for. Raises Refused,
    WebSocketDisconnect."""
    frame = await _first_frame(websocket)
    with _refused():
        if isinstance(frame, VisitorAuthFrame):
            raise Forbidden("A business's news are for its members.")
        claims = verify_claims(frame)
        await access.check(claims)
        if frame.tenantId is None:
            raise NotAuthenticated("`tenantId` must name a tenant.")
        return claims, frame.tenantId


async def renewed(old: AccessClaims, frame: AuthFrame) -> AccessClaims:
    """The claims of a fresh token, if it is the same person's, tenant's and session's."""
    claims = verify_claims(frame)
    if (claims.user_id, claims.tenant_id, claims.session_id) != (
        old.user_id,
        old.tenant_id,
        old.session_id,
    ):
        raise NotAuthenticated(
            "A socket stays with its person, tenant and session. Open another one."
        )
    await access.check(claims)
    return claims


async def _first_frame(websocket: WebSocket) -> AuthFrame | VisitorAuthFrame:
    text = ""
    frame: ClientFrame | VisitorAuthFrame
    try:
        async with asyncio.timeout(settings.sockets.auth_timeout_s):
            text = await receive_text(websocket)
        frame = parse_first_frame(text)
    except TimeoutError:
        raise Refused(
            CloseCode.AUTH_TIMEOUT,
            "auth_timeout",
            f"No `auth` frame came within {settings.sockets.auth_timeout_s:g} seconds.",
        ) from None
    except BadFrame as error:
        raise Refused(CloseCode.BAD_FRAME, "bad_frame", str(error), named=ids_named(text)) from None
    if not isinstance(frame, AuthFrame | VisitorAuthFrame):
        raise Refused(
            CloseCode.NOT_AUTHENTICATED,
            "not_authenticated",
            "The first frame must be `auth`.",
            named=ids_named(text),
        )
    return frame


@contextmanager
def _refused() -> Iterator[None]:
    """What is raised within ends the socket, with the close code that says why."""
    try:
        yield
    except NotFound as error:
        raise Refused(CloseCode.NOT_FOUND, error.code, error.message) from None
    except Forbidden as error:
        raise Refused(CloseCode.FORBIDDEN, error.code, error.message) from None
    except NotAuthenticated as error:
        raise Refused(CloseCode.NOT_AUTHENTICATED, error.code, error.message) from None
    except KonstructError as error:
        raise Refused(CloseCode.GOING_AWAY, error.code, error.message) from None


def verify_claims(frame: AuthFrame) -> AccessClaims:
    """The token's claims, if all the frame says agrees with them. Raises NotAuthenticated.

    A platform admin's token names no tenant; there, `tenantId` says whose conversation it is.
    """
    claims = verify_access_token(frame.token)
    same_tenant = claims.role == "platform_admin" or claims.tenant_id == frame.tenantId
    if claims.user_id != frame.userId or claims.role != frame.role or not same_tenant:
        raise NotAuthenticated("`userId`, `role` and `tenantId` must be those of the token.")
    return claims


async def _open(frame: AuthFrame, claims: AccessClaims, conversation_id: str) -> Identified:
    """The conversation, if it is this person's own. Another tenant's is like none at all."""
    try:
        conversation_uuid = UUID(conversation_id)
    except ValueError:
        raise NotFound(NO_SUCH_CONVERSATION) from None
    if frame.tenantId is None:
        raise NotAuthenticated("`tenantId` must name the conversation's tenant.")
    conversation = await catch_up.conversation(
        frame.tenantId, conversation_uuid, caller=claims.user_id
    )
    if conversation is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    if conversation.user_id != claims.user_id:
        raise Forbidden("This conversation belongs to someone else.")
    return Identified(
        claims=claims,
        tenant_id=frame.tenantId,
        conversation_id=conversation_uuid,
        agent_id=conversation.agent_id,
        display_name=conversation.caller_name,
        last_seq=frame.last_seq,
        bursts=frame.bursts,
    )
