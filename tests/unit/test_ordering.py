"""What a socket is sent: every message once and in order, every character of an answer once."""

from typing import Any

import pytest
from gateway.realtime.ordering import Missing, Ordering
from hypothesis import given, settings
from hypothesis import strategies as st


def message(seq: int) -> dict[str, Any]:
    return {"type": "message", "seq": seq}


def response(seq: int, status: str = "complete") -> dict[str, Any]:
    return {"type": "response", "seq": seq, "reply_to": "m", "status": status}


def delta(index: int, text: str, attempt: int = 1) -> dict[str, Any]:
    return {"type": "delta", "reply_to": "m", "attempt": attempt, "index": index, "text": text}


def awaiting_m() -> Ordering:
    """That of a socket whose message `m` is being answered."""
    ordering = Ordering(0, 0)
    ordering.expect("m")
    return ordering


def test_the_next_number_goes_out_and_an_old_one_is_dropped() -> None:
    ordering = Ordering(4, 0)
    assert ordering.admit(message(5)) == message(5)
    assert ordering.admit(message(5)) is None
    assert ordering.admit(message(3)) is None


def test_a_higher_number_means_something_is_missing_and_changes_nothing() -> None:
    ordering = Ordering(4, 0)
    assert ordering.admit(message(7)) is Missing.MESSAGES
    assert ordering.admit(message(5)) == message(5)


def test_a_response_without_a_number_passes() -> None:
    bare = {"type": "response", "text": "hi", "conversation_id": "c"}
    assert Ordering(0, 0).admit(bare) == bare


def test_a_higher_attempt_starts_over_and_a_lower_one_is_dropped() -> None:
    ordering = awaiting_m()
    assert ordering.admit(delta(0, "Hel")) is not None
    assert ordering.admit(delta(0, "Good", attempt=2)) == delta(0, "Good", attempt=2)
    assert ordering.admit(delta(3, "lo")) is None


def test_a_higher_attempt_that_does_not_begin_at_its_beginning_is_read_first() -> None:
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hel"))
    assert ordering.admit(delta(4, " day", attempt=2)) is Missing.ANSWER_SO_FAR


def test_after_the_answer_no_more_of_it_goes_out() -> None:
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hello"))
    ordering.admit(response(1))
    assert ordering.admit(delta(5, " again")) is None
    assert ordering.admit(delta(0, "Hello", attempt=9)) is None


def test_after_a_failure_only_a_later_attempt_goes_out() -> None:
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hel"))
    ordering.admit(response(1, status="failed"))
    assert ordering.admit(delta(3, "lo")) is None
    assert ordering.admit(delta(0, "Hello", attempt=2)) == delta(0, "Hello", attempt=2)


def failed_at(attempt: int) -> dict[str, Any]:
    return response(1, status="failed") | {"attempt": attempt}


def test_a_failure_drops_text_up_to_its_own_attempt_though_none_of_that_was_heard() -> None:
    """A colleague took over while the third attempt's first words were on their way."""
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hel"))
    ordering.admit(failed_at(3))
    for late in (delta(3, "lo"), delta(0, "Hi", attempt=2), delta(0, "Well", attempt=3)):
        assert ordering.admit(late) is None
    assert ordering.admit(delta(0, "Back", attempt=4)) == delta(0, "Back", attempt=4)


def test_a_failure_that_is_told_late_takes_nothing_from_a_later_attempt() -> None:
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hel", attempt=2))
    ordering.admit(failed_at(1))
    assert ordering.admit(delta(3, "lo", attempt=2)) == delta(3, "lo", attempt=2)


@pytest.mark.parametrize("kind", ["tool_started", "tool_finished"])
def test_what_is_done_beside_talking_goes_out_where_text_would(kind: str) -> None:
    def tool(attempt: int) -> dict[str, Any]:
        return {"type": kind, "reply_to": "m", "attempt": attempt}

    assert Ordering(0, 0).admit(tool(1)) is None, "nobody waits for it here"
    ordering = awaiting_m()
    assert ordering.admit(tool(1)) == tool(1)
    ordering.admit(failed_at(2))
    assert ordering.admit(tool(2)) is None
    assert ordering.admit(tool(3)) == tool(3)
    ordering.admit(response(2))
    assert ordering.admit(tool(3)) is None


def test_text_for_an_unknown_message_is_looked_up_first() -> None:
    ordering = Ordering(4, 0)
    assert ordering.admit(delta(0, "Hel")) is Missing.ANSWER_SO_FAR
    ordering.admit({"type": "message", "id": "m", "role": "user", "seq": 5})
    assert ordering.admit(delta(0, "Hel")) == delta(0, "Hel")


def test_after_a_reset_text_for_what_it_took_away_is_looked_up_first() -> None:
    ordering = awaiting_m()
    ordering.admit(delta(0, "Hel"))
    ordering.admit({"type": "reset", "seq": 1})
    assert ordering.admit(delta(0, "Hello")) is Missing.ANSWER_SO_FAR


def test_a_reset_moves_the_order_on_once() -> None:
    ordering = Ordering(2, 0)
    reset = {"type": "reset", "seq": 6}
    assert ordering.admit(reset) == reset
    assert ordering.admit(reset) is None
    assert ordering.admit(message(7)) == message(7)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60), st.data())
def test_any_order_of_any_pieces_gives_the_answer_once(text: str, data: st.DataObject) -> None:
    """Pieces come late, twice, overlapping or not at all; what is missing is read when told."""
    piece = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    pieces = data.draw(st.lists(piece, max_size=20))
    ordering, shown, said = awaiting_m(), "", 0
    for one, other in [*pieces, (0, len(text))]:
        start, end = min(one, other), max(one, other)
        said = max(said, end)
        admitted = ordering.admit(delta(start, text[start:end]))
        if admitted is Missing.ANSWER_SO_FAR:
            have = ordering.has("m", 1)
            assert have == len(shown)
            shown += text[have:said]
            ordering.joined("m", 1, said)
        elif isinstance(admitted, dict):
            assert admitted["index"] == len(shown)
            shown += admitted["text"]
        assert text.startswith(shown)
    assert shown == text


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), max_size=80), st.integers(0, 5))
def test_any_order_of_messages_is_shown_ascending_without_gap_or_repeat(
    published: list[int], last_seq: int
) -> None:
    ordering, shown = Ordering(last_seq, 0), []
    for seq in published:
        admitted = ordering.admit(message(seq))
        if admitted is Missing.MESSAGES:
            for caught_up in range(ordering.last_seq + 1, seq + 1):
                assert ordering.admit(message(caught_up)) is not None
                shown.append(caught_up)
        elif isinstance(admitted, dict):
            shown.append(seq)
    assert shown == list(range(last_seq + 1, last_seq + 1 + len(shown)))
