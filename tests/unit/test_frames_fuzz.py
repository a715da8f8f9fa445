"""Whatever a client sends is a frame or a sentence on why it is none: never anything else."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from gateway.channels.frames import BadFrame, parse_frame
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shared.events import AuthFrame, RetryFrame, SendFrame, StopFrame

from tests.support.nasty_frames import NASTY

FRAMES = (AuthFrame, SendFrame, StopFrame, RetryFrame)
FIELDS = ("type", "userId", "role", "tenantId", "token", "last_seq", "text", "client_message_id",
          "reply_to")  # fmt: skip
VALID: list[dict[str, Any]] = [
    {"type": "auth", "userId": str(uuid4()), "role": "customer_admin", "tenantId": str(uuid4()),
     "token": "x.y.z", "last_seq": 7},
    {"type": "message", "text": "hello", "client_message_id": "m-1"},
    {"type": "stop", "reply_to": str(uuid4())},
    {"type": "retry", "reply_to": str(uuid4())},
]  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats()
    | st.text()
    | st.uuids().map(str)
    | st.sampled_from(["auth", "message", "stop", "retry", "platform_admin", "\ud800", "\x00"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), values, max_size=9)


@st.composite
def almost_frames(draw: st.DrawFn) -> str:
    """A good frame with some fields changed, gone, or told twice."""
    frame = dict(draw(st.sampled_from(VALID)))
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=3)):
        if draw(st.booleans()):
            frame.pop(field, None)
        else:
            frame[field] = draw(values)
    text = json.dumps(frame)
    if draw(st.booleans()):
        again = json.dumps({draw(st.sampled_from(FIELDS)): draw(values)})
        text = text[:-1] + "," + again[1:] if len(again) > 2 else text
    return text


def check(text: str) -> None:
    try:
        frame = parse_frame(text)
    except BadFrame as refused:
        sentence = str(refused)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 300
    else:
        assert isinstance(frame, FRAMES)
        frame.model_dump_json()  # what was taken can be told and stored


@settings(max_examples=200, deadline=None)
@given(st.text() | objects.map(json.dumps) | values.map(json.dumps) | almost_frames())
@example("")
@example('{"type":"message","text":"\\ud800"}')
@example('{"type":"message","text":"a","text":"b"}')
def test_any_text_is_a_frame_or_a_sentence(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_any_bytes_that_are_text_at_all_are_a_frame_or_a_sentence(data: bytes) -> None:
    check(data.decode("utf-8", errors="replace"))
    check(data.decode("latin-1"))


@pytest.mark.parametrize("name", NASTY)
def test_what_has_broken_others_is_a_frame_or_a_sentence(name: str) -> None:
    check(NASTY[name])


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1), st.uuids())
def test_a_sentence_never_repeats_what_was_sent(secret: str, user_id: UUID) -> None:
    marked = f"<<{secret}>>"
    for field in ("userId", "role", "last_seq"):
        frame = {"type": "auth", "userId": str(user_id), "role": "customer_admin", "token": "x"}
        with pytest.raises(BadFrame) as refused:
            parse_frame(json.dumps(frame | {field: marked}))
        assert marked not in str(refused.value)
