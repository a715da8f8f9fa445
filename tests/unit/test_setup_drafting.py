"""Questions that are made of the headings of what was read."""

from uuid import UUID

from shared.knowledge.outline import Topic
from shared.setup.drafting import languages, questions

FAQ, SITE = UUID(int=1), UUID(int=2)


def test_headings_become_questions_in_their_language_and_documents_take_turns() -> None:
    topics = [
        Topic(FAQ, "Questions › When do you open?", "english"),
        Topic(FAQ, "3. Prices:", "english"),
        Topic(SITE, "Opening hours", "english"),
        Topic(SITE, "Formas de pago", "spanish"),
        Topic(SITE, "A", "english"),
    ]
    assert questions(topics, "en") == [
        "When do you open?",
        "What about opening hours?",
        "What about prices?",
        "¿Qué hay de formas de pago?",
    ]
    assert languages(topics) == ["en", "es"]


def test_what_is_lacking_comes_from_the_template_and_there_are_ten() -> None:
    topics = [Topic(FAQ, f"Heading number {n}", "portuguese") for n in range(4)]
    asked = questions(topics, "pt", [f"Outra {n}?" for n in range(20)])
    assert len(asked) == 10
    assert asked[0] == "Como é com heading number 0?"
    assert asked[4] == "Outra 0?"


def test_names_in_capitals_stay() -> None:
    assert questions([Topic(FAQ, "VAT and taxes", "english")], "en") == [
        "What about VAT and taxes?"
    ]
