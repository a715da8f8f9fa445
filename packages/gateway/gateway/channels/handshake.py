"""Who is at the other end of a socket, before anything else is said.

The Origin is checked before the socket is accepted; then the first frame must be `auth`, within
some seconds, and everything it claims must agree with its token.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError
from shared.auth.tokens import AccessClaims, verify_access_token
from shared.config import settings
from shared.errors import Forbidden, KonstructError, NotAuthenticated, NotFound
from shared.events import (
    CLIENT_FRAME_TYPES,
    AuthFrame,
    ClientFrame,
    CloseCode,
    client_frame_adapter,
)
from shared.repositories import connecting
from shared.services.access import access
from shared.services.chat import NO_SUCH_CONVERSATION


class Refused(Exception):
    """The socket must be closed; `code` and `message` are said in an `error` frame first."""

    def __init__(self, close_code: CloseCode, code: str, message: str) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.code = code
        self.message = message


class BadFrame(Exception):
    """A frame that cannot be understood; the sentence says what would be right."""


@dataclass(frozen=True, slots=True)
class Identified:
    """The owner of a conversation, speaking."""

    claims: AccessClaims
    tenant_id: UUID
    conversation_id: UUID
    agent_id: UUID
    display_name: str
    last_seq: int | None


async def receive_frame(websocket: WebSocket) -> ClientFrame:
    """The next frame. Raises BadFrame, Refused for one too big, WebSocketDisconnect."""
    return parse_frame(await receive_text(websocket))


async def receive_text(websocket: WebSocket) -> str:
    """The next frame as it came. Raises as `receive_frame`."""
    event = await websocket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text: str | None = event.get("text")
    if text is None:
        raise BadFrame("Frames are JSON text; this one was binary.")
    most = settings.frame_bytes()
    if len(text) * 4 > most < len(text.encode(errors="replace")):
        raise Refused(
            CloseCode.TOO_BIG,
            "frame_too_big",
            f"A frame may have at most {most} bytes.",
        )
    return text


def parse_frame(text: str) -> ClientFrame:
    """Raises BadFrame, with a sentence."""
    try:
        return client_frame_adapter.validate_json(text)
    except ValidationError as error:
        raise BadFrame(_what_was_wrong(error)) from None


def _what_was_wrong(error: ValidationError) -> str:
    """One sentence on the first problem, without repeating what was sent."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    kind = first["type"]
    if kind == "json_invalid":
        return "This frame is not valid JSON."
    if kind.startswith(("union_tag", "model_")) or kind == "dict_type":
        known = ", ".join(CLIENT_FRAME_TYPES)
        return f"A frame is a JSON object whose `type` is one of: {known}."
    field = ".".join(str(part) for part in first["loc"][1:]) or "frame"
    return f"`{field}` is not right: {first['msg']}."


async def identify(websocket: WebSocket, conversation_id: str) -> Identified:
    """Wait for the `auth` frame and check it. Raises Refused, WebSocketDisconnect."""
    try:
        async with asyncio.timeout(settings.auth_timeout_s):
            frame = await receive_frame(websocket)
    except TimeoutError:
        raise Refused(
            CloseCode.AUTH_TIMEOUT,
            "auth_timeout",
            f"No `auth` frame came within {settings.auth_timeout_s:g} seconds.",
        ) from None
    except BadFrame as error:
        raise Refused(CloseCode.BAD_FRAME, "bad_frame", str(error)) from None
    if not isinstance(frame, AuthFrame):
        raise Refused(
            CloseCode.NOT_AUTHENTICATED, "not_authenticated", "The first frame must be `auth`."
        )
    try:
        claims = verify_claims(frame)
        await access.check(claims)
        return await _open(frame, claims, conversation_id)
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
    conversation = await connecting.conversation(
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
    )
