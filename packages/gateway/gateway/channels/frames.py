"""What the web's clients send: read, bounded in size, and understood or refused with a sentence."""

import json
import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError, WrapValidator
from shared.config import settings
from shared.events import (
    CLIENT_FRAME_TYPES,
    AuthFrame,
    ClientFrame,
    CloseCode,
    VisitorAuthFrame,
    client_frame_adapter,
)
from shared.identity.roles import ROLES
from shared.wrong_input import sentence

from gateway.channels.refusals import Named, Refused

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


def parse_first_frame(text: str) -> ClientFrame | VisitorAuthFrame:
    """The same, where a visitor may say who they are."""
    said = _as_json(text) if '"visitor"' in text else None
    if not isinstance(said, dict) or (said.get("type"), said.get("kind")) != ("auth", "visitor"):
        return parse_frame(text)
    try:
        return VisitorAuthFrame.model_validate(said)
    except ValidationError as error:
        field = error.errors(include_url=False, include_input=False)[0]
        raise BadFrame(f"`{field['loc'][0]}` is not right: {field['msg']}.") from None


def _is_half_a_character(text: str) -> bool:
    """Whether it is JSON but for an escaped surrogate without its other half."""
    frame = _as_json(text)
    said = frame.get("text") if isinstance(frame, dict) else None
    return isinstance(said, str) and bool(SURROGATE.search(said))


def _what_was_wrong(error: ValidationError) -> str:
    """One sentence on the first problem, without repeating what was sent."""
    first = error.errors(include_url=False, include_input=False)[0]
    kind = first["type"]
    if kind == "json_invalid":
        return "This frame is not valid JSON."
    if kind.startswith(("union_tag", "model_")) or kind == "dict_type":
        known = ", ".join(CLIENT_FRAME_TYPES)
        return f"A frame is a JSON object whose `type` is one of: {known}."
    return sentence({**first, "loc": first["loc"][1:] or ("frame",)})
