"""The words that a text and a question are known by."""

import pytest
from shared.knowledge.lexemes import configuration, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ﬁnd the oﬀer", "find the offer"),  # ligatures, as PDFs have them
        ("and/or", "and or"),  # not a path
        ("営業時間", " 営業 業時 時間 "),
        ("税", " 税 "),
        ("plain words", "plain words"),
    ],
)
def test_one_word_has_one_spelling(text: str, words: str) -> None:
    assert words_of(text) == words


def test_a_language_without_stems_is_taken_as_it_is() -> None:
    assert configuration("es") == configuration("es-MX") == "spanish"
    assert configuration("tlh") == configuration("simple") == "simple"
