"""What each frame means to a chat client: in order, nothing lost, nothing twice."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from konstruct.chat.events import (
    Accepted,
    Answered,
    ChatEvent,
    Connected,
    Emptied,
    Heard,
    Postponed,
    Refused,
    Said,
    Typing,
)
from konstruct.chat.state import ChatState

ASKED = "3f1c"


def delta(index: int, text: str, attempt: int = 1) -> dict[str, Any]:
    return {"type": "delta", "reply_to": ASKED, "attempt": attempt, "index": index, "text": text}


def response(text: str, seq: int | None = 2, status: str = "complete") -> dict[str, Any]:
    return {"type": "response", "text": text, "seq": seq, "reply_to": ASKED, "status": status}


def ready(last_seq: int, reset_seq: int = 0) -> dict[str, Any]:
    return {"type": "ready", "last_seq": last_seq, "reset_seq": reset_seq}


def message(seq: int, content: str, role: str = "user", **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"id-{seq}",
        "seq": seq,
        "role": role,
        "content": content,
        "status": "complete",
        **more,
    }


def after(state: ChatState, *frames: dict[str, Any]) -> list[ChatEvent]:
    return [event for frame in frames for event in state.receive(frame)]


def shown(events: list[ChatEvent]) -> str:
    """The answer as someone sees it who starts over when told to."""
    text = ""
    for event in events:
        if isinstance(event, Said):
            text = event.text if event.afresh else text + event.text
        elif isinstance(event, Answered):
            text = event.rest if event.afresh else text + event.rest
    return text


def test_an_answer_streams_and_its_outcome_brings_the_rest() -> None:
    events = after(ChatState(), delta(0, "Hel"), delta(3, "lo"), response("Hello!"))
    assert [type(event) for event in events] == [Said, Said, Answered]
    assert events[-1] == Answered(ASKED, "Hello!", "complete", rest="!", afresh=False)


def test_repeats_are_trimmed_and_counted_in_code_points() -> None:
    events = after(ChatState(), delta(0, "👩‍🚀é"), delta(0, "👩‍🚀é"), delta(2, "🚀é is"))
    assert [event.text for event in events if isinstance(event, Said)] == ["👩‍🚀é", " is"]


def test_a_higher_attempt_starts_over_and_a_lower_one_is_dropped() -> None:
    events = after(
        ChatState(), delta(0, "One"), delta(0, "Two", 2), delta(3, "!", 1), response("Two.")
    )
    assert events[1] == Said(ASKED, "Two", afresh=True)
    assert shown(events) == "Two."


def test_after_a_gap_the_outcome_brings_everything_that_is_missing() -> None:
    events = after(ChatState(), delta(0, "He"), delta(4, "o"), response("Hello"))
    assert shown(events) == "Hello"


def test_nothing_more_is_said_after_the_outcome() -> None:
    state = ChatState()
    after(state, delta(0, "Hi"), response("Hi"))
    assert after(state, delta(0, "Hi"), delta(2, " there"), delta(0, "Yo", 2)) == []


def test_an_outcome_that_differs_from_what_was_said_replaces_it() -> None:
    events = after(ChatState(), delta(0, "Wrong"), response("Right"))
    assert events[-1] == Answered(ASKED, "Right", "complete", rest="Right", afresh=True)


def test_a_failed_answer_may_be_answered_again() -> None:
    state = ChatState()
    failed = after(state, delta(0, "Ha"), response("No model.", 2, "failed"), delta(2, "lf"))
    assert failed[-1] == Answered(ASKED, "No model.", "failed", rest="No model.", afresh=True)
    assert shown(after(state, delta(0, "Whole", 2), response("Whole.", 3))) == "Whole."


def test_what_a_broken_off_answer_said_is_not_said_again() -> None:
    broken = response("Half a", 2, "failed") | {"finish": "broken_off"}
    (_, answered) = after(ChatState(), delta(0, "Half"), broken)
    assert (answered.rest, answered.finish, answered.afresh) == (" a", "broken_off", False)


@given(
    text=st.text(max_size=30),
    cuts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 3))),
)
def test_whatever_deltas_come_the_outcome_makes_it_whole(
    text: str, cuts: list[tuple[int, int, int]]
) -> None:
    frames = [
        delta(min(start, len(text)), text[start : start + length], attempt)
        for start, length, attempt in cuts
    ]
    assert shown(after(ChatState(), *frames, response(text))) == text


def test_what_has_been_seen_is_not_told_again() -> None:
    state = ChatState(last_seq=2)
    frames = (message(1, "old"), response("old", 2), message(3, "new"), message(3, "new"))
    assert after(state, *frames, ready(3)) == [Heard("id-3", "new"), Connected(again=False)]
    assert state.last_seq == 3


def test_an_outcome_missed_meanwhile_comes_as_a_message() -> None:
    state = ChatState(last_seq=1)
    after(state, delta(0, "Hel"))
    events = after(state, message(2, "Hello", "assistant", reply_to=ASKED))
    assert events == [Answered(ASKED, "Hello", "complete", rest="lo", afresh=False)]
    assert after(state, response("Hello", 2)) == []


def test_a_message_stays_in_the_outbox_until_it_is_accepted() -> None:
    state = ChatState()
    frame = state.compose("Hello")
    own = frame["client_message_id"]
    assert state.resend() == [frame]
    accepted = {"type": "accepted", "client_message_id": own, "message_id": "m", "seq": 1}
    assert after(state, accepted, accepted) == [Accepted(own, "m")]
    assert state.resend() == []


def test_catching_up_shows_that_a_message_had_arrived() -> None:
    state = ChatState()
    own = state.compose("Hello")["client_message_id"]
    assert after(state, message(1, "Hello", client_message_id=own)) == [Accepted(own, "id-1")]
    assert state.resend() == []


@pytest.mark.parametrize("retryable", [True, False])
def test_what_may_pass_stays_in_the_outbox(retryable: bool) -> None:
    state = ChatState()
    own = state.compose("Hello")["client_message_id"]
    error = {"type": "error", "code": "c", "message": "No.", "retryable": retryable}
    expected = Postponed("No.", 3.0) if retryable else Refused(own, "No.")
    assert after(state, error | {"client_message_id": own}) == [expected]
    assert bool(state.resend()) == retryable


def test_a_reset_is_told_once_whether_live_or_meanwhile() -> None:
    state = ChatState()
    assert after(state, ready(4)) == [Connected(again=False)]
    assert after(state, {"type": "reset", "seq": 4}) == [Emptied()]
    assert after(state, ready(4, reset_seq=4)) == [Connected(again=True)]
    assert after(state, ready(9, reset_seq=8)) == [Connected(again=True), Emptied()]


def test_an_earlier_reset_is_no_news_at_the_first_connection() -> None:
    assert after(ChatState(), ready(4, reset_seq=4)) == [Connected(again=False)]


def test_frames_of_the_future_are_ignored() -> None:
    assert after(ChatState(), {"type": "typing"}, {"type": "hologram"}, {}) == [Typing()]
