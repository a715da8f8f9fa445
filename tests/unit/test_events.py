"""The frames on the wire: what is accepted from clients, what is sent, and that it only grows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from gateway.channels.frames import BadFrame, parse_frame
from pydantic import ValidationError
from shared import events
from shared.events import (
    CLIENT_FRAME_TYPES,
    SERVER_FRAMES,
    CloseCode,
    ServerFrame,
    client_frame_adapter,
)

ID = "5d6f8a3e-2f40-4d0b-9d3c-0c1f4b7a9e21"
AUTH = {"type": "auth", "userId": ID, "role": "customer_operator", "tenantId": ID, "token": "t"}

# What clients rely on. A field may be added here, never taken away.
PROMISED = {
    "ready": {"conversation_id", "last_seq", "reset_seq"},
    "message": {"id", "seq", "role", "content", "status", "created_at", "reply_to",
                "client_message_id", "error_code", "finish"},
    "typing": {"conversation_id"},
    "accepted": {"client_message_id", "message_id", "seq", "created_at"},
    "delta": {"reply_to", "attempt", "index", "text"},
    "tool_started": {"reply_to", "attempt", "call_id", "tool", "label"},
    "tool_finished": {"reply_to", "attempt", "call_id", "tool", "label", "failed"},
    "response": {"text", "conversation_id", "message_id", "seq", "reply_to", "status",
                 "created_at", "error_code", "finish"},
    "reset": {"seq"},
    "error": {"code", "message", "retryable", "reply_to", "client_message_id",
              "retry_after_s"},
    "reconnect": {"after_ms"},
}  # fmt: skip


def test_every_promised_frame_is_there_with_its_fields() -> None:
    assert set(PROMISED) <= set(SERVER_FRAMES)
    for type_, fields in PROMISED.items():
        assert fields <= set(SERVER_FRAMES[type_].model_fields), type_


def test_every_server_frame_is_listed_under_its_own_type() -> None:
    defined = {
        frame for frame in vars(events).values()
        if isinstance(frame, type) and issubclass(frame, ServerFrame) and frame is not ServerFrame
    }  # fmt: skip
    assert set(SERVER_FRAMES.values()) == defined
    for type_, frame in SERVER_FRAMES.items():
        assert frame.model_fields["type"].default == type_


def test_the_response_of_the_contract_is_a_frame() -> None:
    told = {"type": "response", "text": "Hello", "conversation_id": ID}
    frame = SERVER_FRAMES["response"].model_validate(told)
    assert json.loads(frame.wire()) == told


def test_what_is_not_set_is_not_sent_and_times_are_in_utc() -> None:
    frame = events.AcceptedFrame(
        message_id=ID, seq=3, created_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    )
    assert json.loads(frame.wire()) == {
        "type": "accepted",
        "message_id": ID,
        "seq": 3,
        "created_at": "2026-11-01T09:30:00Z",
    }
    assert json.loads(frame.wire()) == frame.payload()


@pytest.mark.parametrize(
    "frame",
    [
        AUTH,
        AUTH | {"tenantId": None, "role": "platform_admin"},
        AUTH | {"last_seq": 7, "from_the_future": True},
        {"type": "message", "text": ""},
        {"type": "message", "text": "hi", "client_message_id": "a-1"},
        {"type": "stop"},
        {"type": "stop", "reply_to": ID},
        {"type": "retry", "reply_to": ID},
    ],
    ids=str,
)
def test_a_clients_frame_is_read(frame: dict[str, Any]) -> None:
    assert client_frame_adapter.validate_python(frame).type in CLIENT_FRAME_TYPES


@pytest.mark.parametrize(
    "frame",
    [
        {},
        [],
        "auth",
        {"type": "message"},
        {"type": "message", "text": None},
        {"type": "message", "text": 7},
        {"type": "message", "text": ["a"]},
        {"type": "shout", "text": "hi"},
        {"type": ["message"], "text": "hi"},
        {"type": "retry"},
        {"type": "retry", "reply_to": "last"},
        {"type": "message", "text": "hi", "client_message_id": ""},
        {"type": "message", "text": "hi", "client_message_id": "x" * 129},
        {"type": "message", "text": "hi", "client_message_id": "a b"},
        {"type": "message", "text": "hi", "client_message_id": "a\n"},
        {"type": "message", "text": "hi", "client_message_id": "\x00"},
        AUTH | {"userId": ""},
        AUTH | {"userId": "anna"},
        AUTH | {"token": ""},
        AUTH | {"token": "x" * 8193},
        AUTH | {"tenantId": "acme"},
        AUTH | {"last_seq": -1},
        {"type": "auth"},
    ],
    ids=lambda frame: str(frame)[:60],
)
def test_what_is_no_frame_is_refused(frame: object) -> None:
    with pytest.raises(ValidationError):
        client_frame_adapter.validate_python(frame)


def test_close_codes_are_the_promised_ones() -> None:
    promised = {4400, 4401, 4403, 4404, 4408, 4413, 4429, 1012, 1013}
    assert promised <= {int(code) for code in CloseCode}


@pytest.mark.parametrize("role", ["root", "", "Customer_admin"])
def test_a_role_nobody_has_is_refused(role: str) -> None:
    with pytest.raises(BadFrame, match="`role` is not right: it is one of customer_admin"):
        parse_frame(json.dumps(AUTH | {"role": role}))
