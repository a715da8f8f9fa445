"""Markdown in a terminal: readable, live, and nothing a model wrote vanishes."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from konstruct.chat.markdown import Markdown

STYLE = re.compile(r"\x1b\[\d*m")
NAMES = {
    "\x1b[1m": "<b>",
    "\x1b[3m": "<i>",
    "\x1b[36m": "<code>",
    "\x1b[2m": "<dim>",
    "\x1b[0m": "</>",
}


def shown(text: str, size: int = 1) -> str:
    """What is on the screen once the text has come in pieces of this size."""
    markdown = Markdown()
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    return "".join(map(markdown.feed, pieces)) + markdown.end()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# Prices\nok", "<b>Prices</>\nok"),
        ("It is **very** *good*.", "It is <b>very</> <i>good</>."),
        ("- one\n* two\n1. three", "• one\n• two\n1. three"),
        ("Use `List<String>`.", "Use <code>List<String></>."),
        ("```python\nx = '**no**'\n# no\n```\nend", "<code>x = '**no**'</>\n<code># no</>\nend"),
        ("See [the page](https://a.b/c).", "See the page <dim>(https://a.b/c)</>."),
        (
            "| a | b |\n|---|--:|\n| Tea | 3 |\n| 日本 | **12** |\n",
            "<b>a     b</>\n────  ──\nTea   3\n日本  12\n",
        ),
    ],
)  # fmt: skip
def test_markup_is_made_readable(written: str, read: str) -> None:
    for size in (1, 3, 1000):
        assert (
            STYLE.sub(lambda found: NAMES[found[0]], shown(written, size)).rstrip() == read.rstrip()
        )


@pytest.mark.parametrize(
    "plain",
    ["2 * 3 * 4 = 24", "5 ** 2", "snake_case_name and _private", "an open **bold", "a `tick",
     "[1] note", "x | y", "-5 degrees", "#hashtag", "1.5 and 2)", "~~~ not [closed](",
     "| a | b | no table", "C:\\*.txt *"],
)  # fmt: skip
def test_what_is_no_markup_stays_as_it_is(plain: str) -> None:
    assert STYLE.sub("", shown(plain)) == plain


def test_words_are_shown_while_they_come() -> None:
    markdown = Markdown()
    assert markdown.feed("The capital of ") == "The capital of "
    assert markdown.feed("**Fra") == ""
    assert STYLE.sub("", markdown.feed("nce** is")) == "France is"
    assert markdown.end() == ""


@given(st.text("ab *_`[]()#|-\n~1.>", max_size=40), st.integers(1, 5))
@example("``(b  a~a(](*`|) ``(.", 1)
@example("1__~-a##_.-aaa", 1)
def test_it_is_the_same_in_whichever_pieces_it_comes(text: str, size: int) -> None:
    whole = shown(text, 1000)
    assert shown(text, size) == whole
    assert sorted(re.findall("[ab]", STYLE.sub("", whole))) == sorted(re.findall("[ab]", text)) or (
        "```" in text or "~~~" in text
    )
