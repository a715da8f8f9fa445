"""Questions without a source, the same one once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from orchestrator.grounding.words import words
from shared.knowledge.gaps import Asked, clustered

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA = uuid4()


def asked(question: str, person: str, hours_ago: int, agent_id: UUID = ADA) -> Asked:
    at = NOON - timedelta(hours=hours_ago)
    return Asked(uuid4(), agent_id, person, words(question), question, f"to {question}", at)


def test_the_same_question_is_one_gap_however_it_was_put() -> None:
    questions = [
        asked("Is there parking near the shop?", "eva", 1),
        asked("Do you sell gift cards?", "eva", 2),
        asked("Where can I park? Is there parking at the shop?", "tom", 3),
        asked("parking near shop", "eva", 4),
        asked("Is there parking near the shop?", "tom", 5, agent_id=uuid4()),
    ]
    first, *others = clustered(questions)
    assert first.question == "Is there parking near the shop?"
    assert (first.people, first.times) == (2, 3)
    assert first.last_asked == NOON - timedelta(hours=1)
    assert first.answer == "to Is there parking near the shop?"
    assert set(first.question_ids) == {questions[at].id for at in (0, 2, 3)}
    assert first.others == [questions[2].question, questions[3].question]
    assert [gap.question for gap in others] == [questions[1].question, questions[4].question]


def test_what_shares_one_word_alone_stays_apart() -> None:
    gaps = clustered(
        [
            asked("Can I return shoes without a receipt?", "a", 1),
            asked("Do you repair shoes?", "b", 2),
            asked("???", "c", 3),
            asked("!!!", "c", 4),
        ]
    )
    assert len(gaps) == 4


def test_hundreds_are_grouped_at_once() -> None:
    many = [asked(f"question {n % 200} about thing{n % 200}", str(n), n) for n in range(600)]
    assert len(clustered(many)) == 200
