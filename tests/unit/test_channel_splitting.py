"""A long text leaves in parts that fit, lose nothing, and cut nothing that is read as one."""

from hypothesis import given
from hypothesis import strategies as st
from orchestrator.channels.splitting import split

MOST = 120
EMOJI = ("👩\u200d👩\u200d👧\u200d👦", "🇩🇪", "e\u0301", "👍🏽")
WORDS = st.sampled_from(
    ("word", "a", "verylongword" * 20, "日本語の文章です。", "\n", "\n\n", "  ", *EMOJI)
)


@given(st.lists(WORDS, max_size=200).map(" ".join))
def test_parts_fit_and_together_are_the_text(text: str) -> None:
    parts = split(text, MOST)
    assert all(0 < len(part) <= MOST for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.integers(100, 400), st.sampled_from(["```", "````", "~~~"]))
def test_a_fence_that_is_cut_is_closed_and_opened_again(lines: int, mark: str) -> None:
    code = "\n".join(f"line {number}" for number in range(lines))
    parts = split(f"Look:\n\n{mark}python\n{code}\n{mark}\n\nThat is all.", MOST)
    assert all(len(part) <= MOST for part in parts)
    for part in parts[1:-1]:
        inner = part.split("\n")
        assert inner[0] == f"{mark}python"
        assert inner[-1] == mark
    joined = "\n".join(parts)
    assert all(f"line {number}" in joined for number in range(lines))


def test_emoji_that_are_joined_stay_together() -> None:
    family = EMOJI[0]
    parts = split(family * 100, MOST)
    assert all(part.replace(family, "") == "" for part in parts)


def test_a_limit_is_measured_as_the_platform_measures() -> None:
    def in_utf16(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    parts = split("👍 " * 500, MOST, in_utf16)
    assert all(in_utf16(part) <= MOST for part in parts)
    assert "".join(parts).count("👍") == 500


def test_it_is_cut_between_paragraphs_if_it_can_be() -> None:
    first, second = "one " * 20, "two " * 20
    assert split(f"{first}\n\n{second}", MOST) == [first.strip(), second.strip()]
    assert split("  \n ", MOST) == []
