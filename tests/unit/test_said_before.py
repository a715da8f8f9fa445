"""The model reads each answer behind its question, whatever was stored in between."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from shared.conversations.said_before import Row, each_behind_its_question


def said(seq: int, reply_to: int | None = None) -> Row:
    return seq, UUID(int=reply_to or seq), "assistant" if reply_to else "user", str(seq), None


def told(rows: list[Row], most: int = 60) -> list[str]:
    """Oldest first, as people read."""
    return [said.text for said in reversed(each_behind_its_question(rows, most))]


def test_three_questions_in_a_row_have_their_answers_behind_them() -> None:
    assert told([said(1), said(2), said(3), said(4, 1), said(5, 2)]) == ["1", "4", "2", "5", "3"]


def test_what_was_said_in_turn_stays_as_it_is() -> None:
    assert told([said(1), said(2, 1), said(3), said(4, 3)]) == ["1", "2", "3", "4"]


def test_an_answer_whose_question_is_further_back_stands_where_it_was_given() -> None:
    assert told([said(7, 2), said(8), said(9, 8)]) == ["7", "8", "9"]


def test_of_a_question_tried_again_all_that_was_said_is_behind_it() -> None:
    assert told([said(1), said(2), said(3, 1), said(4, 1)]) == ["1", "3", "4", "2"]


def test_of_too_many_the_newest_turns_are_told() -> None:
    assert told([said(1), said(2), said(3, 1), said(4, 2)], most=2) == ["2", "4"]


@given(st.permutations(range(1, 9)), st.integers(1, 8))
def test_nothing_is_lost_or_told_twice_in_whatever_order_it_comes(
    order: list[int], questions: int
) -> None:
    rows = [
        said(number) if number <= questions else said(number, number % questions + 1)
        for number in order
    ]
    assert sorted(told(rows)) == sorted(str(number) for number in range(1, 9))
