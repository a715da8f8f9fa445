"""Chunks are slices of the text, under one heading, and lose nothing of it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from orchestrator.knowledge.chunking import LEAST, LEAST_AT_AN_END, MOST, chunks_of
from orchestrator.knowledge.parsed import PAGE_BREAK, blocks_of, parsed_from

WORDS = st.sampled_from(
    ["a", "the", "opening", "hours.", "60 €;", "x" * 300, "日本語。", "#", "-", "Dr.", "e\u0301"]
)
TEXTS = st.lists(
    st.one_of(
        st.builds(
            lambda words, times: " ".join(words * times),
            st.lists(WORDS, min_size=1, max_size=4),
            st.integers(1, 40),
        ),
        st.builds("{} {}".format, st.sampled_from(["#", "##", "###"]), st.sampled_from("ABC")),
        st.sampled_from(["\n", "\n\n", PAGE_BREAK, " "]),
    ),
    max_size=12,
).map("\n".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_a_chunk_is_its_slice_of_the_text_and_all_of_the_text_is_in_one(text: str) -> None:
    parsed = parsed_from(text, "C")
    chunks = chunks_of(parsed)
    assert [chunk.n for chunk in chunks] == list(range(len(chunks)))
    at = 0
    left = ""
    for chunk in chunks:
        assert at <= chunk.start < chunk.end, "in order, without overlap"
        assert chunk.text == text[chunk.start : chunk.end].replace(PAGE_BREAK, "\n")
        assert chunk.text == chunk.text.strip()
        assert len(chunk.text) <= MOST
        left += text[at : chunk.start]
        at = chunk.end
    outside = filter(None, map(str.strip, (left + text[at:]).split("\n")))
    assert all(line.startswith("#") for line in outside), "only headings are outside"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_blocks_are_their_slices_and_pages_count_on(text: str) -> None:
    page = 1
    for block in blocks_of(text):
        assert text[block.start : block.end] == block.text
        if PAGE_BREAK in text:
            assert block.page == text[: block.start].count(PAGE_BREAK) + 1 >= page
            page = block.page


def test_no_piece_of_a_long_section_is_a_scrap_and_sentences_stay_whole() -> None:
    sentence = "The practice is open from Monday to Friday, and on some Saturdays. "
    for times in range(20, 200, 7):
        chunks = chunks_of(parsed_from(f"# Hours\n\n{sentence * times}", "Practice"))
        assert all(len(chunk.text) >= LEAST_AT_AN_END for chunk in chunks)
        assert all(chunk.text.endswith(".") for chunk in chunks)
        assert {chunk.heading for chunk in chunks} == {"Hours"}
        assert sum(len(chunk.text) >= LEAST for chunk in chunks) >= len(chunks) - 2


def test_headings_are_kept_apart_and_paragraphs_stay_together_where_they_fit() -> None:
    text = (
        f"# Practice\n\n## Prices\n\n{'Cleaning is 60. ' * 20}\n\n{'Fillings are 90. ' * 20}\n\n"
        f"{PAGE_BREAK}## Children\n\nNothing is paid.\n\nUntil they are six.\n\n## Later\n"
    )
    chunks = chunks_of(parsed_from(text, "Practice"))
    assert [(chunk.heading, chunk.page, len(chunk.text)) for chunk in chunks] == [
        ("Prices", 1, 661),
        ("Children", 2, 37),
        ("Later", 2, 5),
    ]
    assert chunks_of(parsed_from(text, "Price list"))[0].heading == "Practice > Prices"


def test_a_text_corrected_by_hand_has_blocks_as_one_that_was_read() -> None:
    parsed = parsed_from(
        "Before all.\n\n# Hours\nNine to five.\n#hashtag stays\n\n\\# and this", "T"
    )
    assert [(block.heading, block.text) for block in parsed.blocks] == [
        ((), "Before all."),
        (("Hours",), "Nine to five.\n#hashtag stays"),
        (("Hours",), "\\# and this"),
    ]
