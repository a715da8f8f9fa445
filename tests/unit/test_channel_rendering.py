"""An answer leaves in parts that fit, lose nothing, and cut nothing that is read as one."""

import re
from collections.abc import Callable
from functools import cache

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from orchestrator.channels.rendering import Text, render
from orchestrator.channels.rendering.dialects import (
    MARKDOWN,
    SLACK,
    TELEGRAM,
    WHATSAPP,
    Dialect,
)
from orchestrator.channels.rendering.plain import PLAIN
from orchestrator.channels.rendering.tree import read

from tests.support.markdowns import EMOJI, markdown_of, markdowns
from tests.support.sizes import FULL, sized

LIMITS = (64, 120, 300, 1_000)
DIALECTS = {"markdown": MARKDOWN, "slack": SLACK, "telegram": TELEGRAM, "whatsapp": WHATSAPP}
READ_AGAIN = (MARKDOWN, SLACK)
"""What they write is Markdown, too."""
VOLUME = sized(40, full=10_000)

each_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
some = settings(
    max_examples=40,
    deadline=None,  # other processes may slow one example down
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def words(text: str) -> list[str]:
    return re.findall(r"w\d+", text)


def without_blanks(text: str) -> str:
    return "".join(text.split())


def new_ones(all_words: list[str]) -> list[str]:
    """Each where it comes first: a table's header is said again with each of its rows."""
    return list(dict.fromkeys(all_words))


@cache
def many_texts() -> list[tuple[int, str, bool]]:
    """A limit, a text, and whether it is nasty; each known by its number."""
    texts = []
    for number in range(VOLUME):
        limit, nasty = LIMITS[number // 2 % len(LIMITS)], bool(number % 2)
        texts.append((limit, markdown_of(number, limit, nasty=nasty), nasty))
    return texts


@pytest.mark.timeout(900 if FULL else 60)
@each_dialect
def test_of_thousands_of_texts_each_leaves_whole_in_parts_that_fit(dialect: Dialect) -> None:
    for number, (limit, text, nasty) in enumerate(many_texts()):
        parts = render(text, dialect, limit)
        try:
            is_whole_and_fits(text, parts, dialect, limit)
            if not nasty:
                has_every_word_in_order(text, parts)
            if not nasty and dialect in READ_AGAIN:
                reads_as_what_it_was(parts)
        except AssertionError as error:
            error.add_note(f"markdown_of({number}, {limit}, nasty={nasty})")
            raise


@each_dialect
@some
@given(st.data())
def test_together_the_parts_are_the_whole_text_and_each_fits(
    dialect: Dialect, data: st.DataObject
) -> None:
    limit = data.draw(st.sampled_from(LIMITS))
    text = data.draw(markdowns(limit))
    is_whole_and_fits(text, render(text, dialect, limit), dialect, limit)


@each_dialect
@some
@given(st.data())
def test_every_word_is_in_the_parts_in_order(dialect: Dialect, data: st.DataObject) -> None:
    limit = data.draw(st.sampled_from(LIMITS))
    text = data.draw(markdowns(limit, nasty=False))
    parts = render(text, dialect, limit)
    has_every_word_in_order(text, parts)
    if dialect in READ_AGAIN:
        reads_as_what_it_was(parts)


def is_whole_and_fits(text: str, parts: list[Text], dialect: Dialect, limit: int) -> None:
    whole = PLAIN.write(dialect.lowered(read(text)))
    assert without_blanks("".join(part.plain for part in parts)) == without_blanks(whole)
    for part in parts:
        assert part.plain.strip()
        assert dialect.measure(part.text) <= limit
        assert dialect.units(part.plain) <= limit


def has_every_word_in_order(text: str, parts: list[Text]) -> None:
    said = words(text)
    places = {word: at for at, word in enumerate(said)}
    for written in ([part.text for part in parts], [part.plain for part in parts]):
        found = new_ones(words("\n".join(written)))
        if "|" in text:  # as a list, columns' names stand between cells
            found = sorted(found, key=lambda word: places.get(word, -1))
        assert found == said


def reads_as_what_it_was(parts: list[Text]) -> None:
    """Markdown that was cut."""
    for part in parts:
        again = PLAIN.write(read(part.text))
        of_part = set(words(part.plain))  # a table that goes on has its header again
        assert [word for word in new_ones(words(again)) if word in of_part] == new_ones(
            words(part.plain)
        )
        for mark in ("```", "**", "~~"):
            assert again.count(mark) == part.plain.count(mark), "no mark is shown as text"


@each_dialect
@some
@given(st.sampled_from(EMOJI), st.integers(1, 300))
def test_what_is_read_as_one_character_is_never_cut(
    dialect: Dialect, emoji: str, times: int
) -> None:
    parts = render(f"x{emoji * times}", dialect, 64)
    clusters = [found for part in parts for found in regex.findall(r"\X", part.plain)]
    assert clusters == regex.findall(r"\X", f"x{emoji * times}")


@each_dialect
def test_a_fence_that_is_cut_is_closed_and_opened_again_with_its_language(dialect: Dialect) -> None:
    code = "\n".join(f"    line {number}" for number in range(300))
    parts = render(f"Look:\n\n```python\n{code}\n```\n\nThat is all.", dialect, 500)
    opening: dict[Dialect, tuple[str, str]] = {
        MARKDOWN: ("```python\n", "\n```"),
        SLACK: ("```python\n", "\n```"),
        TELEGRAM: ('<pre><code class="language-python">', "</code></pre>"),
        WHATSAPP: ("```\n", "\n```"),
    }
    for part in parts[1:-1]:
        assert part.text.startswith(opening[dialect][0])
        assert part.text.endswith(opening[dialect][1])
    assert "\n".join(part.plain for part in parts[1:-1]).count("    line") > 200


@each_dialect
def test_a_link_is_never_cut_unless_it_alone_is_too_long(dialect: Dialect) -> None:
    text = " ".join(f"[label of {n}](https://example.com/{n})" for n in range(40))
    for part in render(text, dialect, 100):
        assert part.plain.count("(https://example.com/") == part.plain.count("label of")
    long = f"[{'word ' * 40}](https://example.com/{'a' * 90})"
    parts = render(long, dialect, 100)
    assert without_blanks("".join(part.plain for part in parts)) == without_blanks(
        f"{'word ' * 40} (https://example.com/{'a' * 90})"
    )


@each_dialect
def test_it_is_cut_between_blocks_then_lines_then_words(dialect: Dialect) -> None:
    first, second = "one " * 20, "two " * 20
    assert [part.plain for part in render(f"{first}\n\n{second}", dialect, 120)] == [
        first.strip(),
        second.strip(),
    ]
    lines = f"{first.strip()}\n{second.strip()}"
    assert [part.plain for part in render(lines, dialect, 120)] == lines.split("\n")
    assert all(set(part.plain.split()) == {"one"} for part in render("one " * 100, dialect, 70))
    assert render("  \n ", dialect, 120) == []


@each_dialect
def test_a_heading_stays_with_what_it_is_about(dialect: Dialect) -> None:
    parts = render(f"{'before ' * 12}\n\n# Title\n\n{'behind ' * 15}", dialect, 120)
    assert "Title" in parts[1].plain
    assert "behind" in parts[1].plain


def text_of(dialect: Dialect, limit: int = 4_096) -> Callable[[str], str]:
    def of(markdown: str) -> str:
        (part,) = render(markdown, dialect, limit)
        return part.text

    return of


TABLE = "| Size | Price |\n|---|--:|\n| S | **1 €** |\n| XL | 12 € |"
WIDE = "| Name | What it does |\n|---|---|\n| Ada | {} |\n| Ben | less |".format("a lot of " * 8)


def test_telegram_reads_html() -> None:
    of = text_of(TELEGRAM)
    assert of("# Hi *you*") == "<b>Hi <i>you</i></b>"
    assert of("a < b & **c**") == "a &lt; b &amp; <b>c</b>"
    assert of('[x](https://a.b/?c="d"&e)') == '<a href="https://a.b/?c=%22d%22&amp;e">x</a>'
    assert of("[x](javascript:alert)") == "[x](javascript:alert)"
    assert of("[x](/here)") == "x (/here)"
    assert of("- a\n  - b\n- c") == "• a\n  • b\n• c"
    assert of("> a\n> > b") == "<blockquote>a\n\nb</blockquote>"
    assert of("**a `b` c**") == "<b>a <code>b</code> c</b>"
    assert of(TABLE) == "<pre>Size  Price\n────  ─────\nS       1 €\nXL     12 €</pre>"


def test_whatsapp_reads_its_own_marks() -> None:
    of = text_of(WHATSAPP)
    assert of("# Hi *you*") == "*Hi _you_*"
    assert of("**a *b* c** ~~d~~ `e`") == "*a _b_ c* ~d~ `e`"
    assert of("**two\nlines**") == "*two*\n*lines*"
    assert of("un**believ**able") == "unbelievable", "a letter touches the mark"
    assert of("[us](https://a.b)") == "us (https://a.b)"
    assert of("<https://a.b>") == "https://a.b"
    assert of("1. a\n2. b\n   - c") == "1. a\n2. b\n   - c"
    assert of("> a\n> b") == "> a\n> b"
    assert of("```py\nx\n```") == "```\nx\n```"
    assert of(WIDE).startswith("- Name: *Ada*\n  What it does: a lot of")
    assert of("👍" * 2_048) == "👍" * 2_048, "it counts in UTF-16"
    assert len(render("👍" * 2_049, WHATSAPP, 4_096)) == 2


def test_markdown_stays_as_it_was_written_where_it_is_whole() -> None:
    text = f"A *b* __c__ <d>\n\n* one\n* two\n\n{TABLE}\n\n[x]"
    assert text_of(MARKDOWN)(text) == text


def test_nobody_is_called_on_slack_by_what_a_model_wrote() -> None:
    assert text_of(SLACK)("<!channel> and <@U1> `x`") == "&lt;!channel> and &lt;@U1> `x`"


def test_marks_that_turn_the_order_of_reading_are_left_out() -> None:
    assert render("pay \u202eevil\u202c\x07 now", TELEGRAM, 100) == [
        Text("pay evil now", "pay evil now")
    ]


@each_dialect
@pytest.mark.parametrize(
    "text",
    [
        *(">" * 3_000 + "x", "- " * 3_000 + "x", "*" * 5_000, "[" * 5_000, "`" * 4_999),
        *("|" * 3_000, "\n" * 5_000 + "x", "x\u0301" + "\u0301" * 5_000),
        *("\u00a0" * 5_000 + "x", "```\n" * 900),
    ],
    ids=lambda text: repr(text[:4]),
)
def test_what_nobody_means_is_taken_in_its_stride(dialect: Dialect, text: str) -> None:
    parts = render(text, dialect, 300)
    assert all(dialect.measure(part.text) <= 300 for part in parts)
    if "x" in text:
        assert "x" in "".join(part.plain for part in parts)
