"""Who is at the other end of a socket, before anything else is said.

The Origin is checked before the socket is accepted; then the first frame must be `auth`, within
some seconds, and everything it claims must agree with its token.
"""

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError, WrapValidator
from shared.config import settings
from shared.conversations import catch_up
from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.errors import Forbidden, KonstructError, NotAuthenticated, NotFound
from shared.events import (
    CLIENT_FRAME_TYPES,
    AuthFrame,
    ClientFrame,
    CloseCode,
    ErrorFrame,
    client_frame_adapter,
)
from shared.identity.access import access
from shared.identity.roles import ROLES
from shared.identity.tokens import AccessClaims, verify_access_token

Named = dict[str, Any]
"""`client_message_id` and `reply_to`, as far as a frame has them."""
SURROGATE = re.compile("[\ud800-\udfff]")
HALF_A_CHARACTER = (
    "The text holds half a character: an escape like \\ud83d without its other half. "
    "Send it without that."
)


def _or_none(value: Any, handler: Any) -> Any:
    try:
        return handler(value)
    except ValueError:
        return None


MAX_ID_CHARS = 256
"""Of an id that is no good, too, so that its sender knows what was refused."""
Lenient = WrapValidator(_or_none)


class Refused(Exception):
    """The socket must be closed; the `error` frame is said first. `named` is what was refused."""

    def __init__(
        self,
        close_code: CloseCode,
        code: str,
        message: str,
        *,
        named: Named | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.code = code
        self.message = message
        self.named = named or {}
        self.retry_after_s = retry_after_s

    def frame(self) -> ErrorFrame:
        return ErrorFrame(
            code=self.code,
            message=self.message,
            retryable=self.close_code.may_pass,
            retry_after_s=self.retry_after_s,
            **self.named,
        )


class BadFrame(Exception):
    """A frame that cannot be understood; the sentence says what would be right."""


class _Ids(BaseModel):
    """What a frame may name; each is taken for itself, whatever is wrong with the rest."""

    client_message_id: Annotated[Annotated[str, Field(max_length=MAX_ID_CHARS)] | None, Lenient] = (
        None
    )
    reply_to: Annotated[UUID | None, Lenient] = None


def ids_named(text: str) -> Named:
    """The ids in a refused frame, so that its sender knows which it was; as far as it has any."""
    frame = _as_json(text)
    return _Ids.model_validate(frame).model_dump() if isinstance(frame, dict) else {}


def _as_json(text: str) -> Any:
    """Read as most clients read: unlike pydantic's reader, with half a surrogate pair in it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Identified:
    """The owner of a conversation, speaking."""

    claims: AccessClaims
    tenant_id: UUID
    conversation_id: UUID
    agent_id: UUID
    display_name: str
    last_seq: int | None


async def receive_text(websocket: WebSocket) -> str:
    """The next frame as it came. Raises BadFrame, Refused for one too big, WebSocketDisconnect."""
    event = await websocket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text: str | None = event.get("text")
    if text is None:
        raise BadFrame("Frames are JSON text; this one was binary.")
    most = settings.sockets.frame_bytes()
    if len(text) * 4 > most < len(text.encode(errors="replace")):
        raise Refused(
            CloseCode.TOO_BIG,
            "frame_too_big",
            f"A frame may have at most {most} bytes.",
            named=ids_named(text),
        )
    return text


def parse_frame(text: str) -> ClientFrame:
    """Raises BadFrame, with a sentence."""
    try:
        frame = client_frame_adapter.validate_json(text)
    except ValidationError as error:
        if _is_half_a_character(text):
            raise BadFrame(HALF_A_CHARACTER) from None
        raise BadFrame(_what_was_wrong(error)) from None
    if isinstance(frame, AuthFrame) and frame.role not in ROLES:
        raise BadFrame(f"`role` is not right: it is one of {', '.join(sorted(ROLES))}.")
    return frame


def _is_half_a_character(text: str) -> bool:
    """Whether it is JSON but for an escaped surrogate without its other half."""
    frame = _as_json(text)
    said = frame.get("text") if isinstance(frame, dict) else None
    return isinstance(said, str) and bool(SURROGATE.search(said))


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
    text = ""
    try:
        async with asyncio.timeout(settings.sockets.auth_timeout_s):
            text = await receive_text(websocket)
        frame = parse_frame(text)
    except TimeoutError:
        raise Refused(
            CloseCode.AUTH_TIMEOUT,
            "auth_timeout",
            f"No `auth` frame came within {settings.sockets.auth_timeout_s:g} seconds.",
        ) from None
    except BadFrame as error:
        raise Refused(CloseCode.BAD_FRAME, "bad_frame", str(error), named=ids_named(text)) from None
    if not isinstance(frame, AuthFrame):
        raise Refused(
            CloseCode.NOT_AUTHENTICATED,
            "not_authenticated",
            "The first frame must be `auth`.",
            named=ids_named(text),
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
    )
