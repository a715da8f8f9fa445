"""Texts as models write them, and worse: for tests of what becomes of Markdown.

Each is made of words that are numbered in order (`w1`, `w2`, …), so that a reader of the parts can
tell whether all of it is there, once and in order. `markdowns` is for a few, which hypothesis makes
smaller when one fails; `markdown_of` for thousands, each known by its seed.
"""

import random
from itertools import count
from typing import Protocol

from hypothesis import strategies as st

EMOJI = ("👩\u200d👩\u200d👧\u200d👦", "🇩🇪🇪🇺", "e\u0301", "👍🏽", "1\ufe0f\u20e3", "नमस्ते")
RTL = ("שלום עולם", "مرحبا بالعالم")
NASTY = (
    *("*", "**", "_", "`", "```", "~~", "[", "](", "<b>", "</i>", "&amp;", "&lt", "<!channel>"),
    *("\\", "|", "> ", "- ", "1. ", "# ", "---", "\t", "\u202e", "\u200b", "a_b_c", "2*3*4"),
)
MARKS = ("{}", "{}", "{}", "**{}**", "*{}*", "_{}_", "~~{}~~", "`{}`", "***{}***", "__{}__")


class _Chance(Protocol):
    def one_of(self, among: tuple[str, ...]) -> str: ...

    def number(self, most: int) -> int:
        """From one to `most`."""


class _Drawn:
    """By hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one_of(self, among: tuple[str, ...]) -> str:
        return self._draw(st.sampled_from(among))

    def number(self, most: int) -> int:
        return self._draw(st.integers(1, most))


class _Thrown:
    """By dice."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def one_of(self, among: tuple[str, ...]) -> str:
        return self._dice.choice(among)

    def number(self, most: int) -> int:
        return self._dice.randint(1, most)


class _Words:
    """What a text is made of."""

    def __init__(self, chance: _Chance, most: int, *, nasty: bool) -> None:
        self.one_of, self.number = chance.one_of, chance.number
        self._numbers = count(1)
        self._most = most
        self._nasty = nasty

    def plain(self, words: int) -> str:
        return " ".join(f"w{next(self._numbers)}" for _ in range(words))

    def styled(self) -> str:
        """A few words with marks, links, emoji and worse among them."""
        pieces = []
        for _ in range(self.number(5)):
            match self.number(9):
                case 1:
                    pieces.append(f"[{self.plain(2)}](https://example.com/a_b?c=(d)&e)")
                case 2:
                    pieces.append(self.one_of(EMOJI) * self.number(4))
                case 3:
                    pieces.append(self.one_of(RTL))
                case 4 if self._nasty:
                    pieces.append(self.one_of(NASTY))
                case _:
                    pieces.append(self.one_of(MARKS).format(self.plain(self.number(4))))
        blanks = self.one_of((" ", " ", "\n", "")) if self._nasty else " "
        return blanks.join(pieces)

    def long(self) -> str:
        """More than fits, most of the time."""
        return self.plain(self.number(self._most))

    def block(self, depth: int = 0) -> str:
        match self.number(10 if depth < 3 else 5):
            case 1:
                return f"{'#' * self.number(6)} {self.plain(3)}"
            case 2:
                return self.long()
            case 3:
                lines = "\n".join(self.plain(3) for _ in range(self.number(self._most // 4)))
                return f"```{self.one_of(('', 'python', 'c++'))}\n{lines}\n```"
            case 4:
                return self.one_of((*EMOJI, "long", "日本語")) * self.number(self._most)
            case 6:
                return _each_line("> ", "> ", self.block(depth + 1))
            case 7 | 8:
                marker = self.one_of(("- ", "1. "))
                items = [self.blocks(2, depth + 1) for _ in range(self.number(4))]
                return "\n".join(_each_line(marker, " " * len(marker), item) for item in items)
            case 9 | 10:
                return self.table()
            case _:
                return self.styled()

    def table(self) -> str:
        columns = self.number(4)
        words = self.number(4)
        rows = ["|".join(self.plain(words) for _ in range(columns))]
        rows.append("|".join(self.one_of(("---", "--:", ":-:")) for _ in range(columns)))
        for _ in range(self.number(max(2, self._most // 20))):
            rows.append("|".join(self.plain(words) for _ in range(columns)))
        return "\n".join(f"|{row}|" for row in rows)

    def blocks(self, most: int, depth: int = 0) -> str:
        return "\n\n".join(self.block(depth) for _ in range(self.number(most)))


def _each_line(first: str, others: str, text: str) -> str:
    return first + f"\n{others}".join(text.split("\n"))


@st.composite
def markdowns(draw: st.DrawFn, limit: int, *, nasty: bool = True) -> str:
    """Texts of up to a few times `limit`."""
    return _Words(_Drawn(draw), limit // 3, nasty=nasty).blocks(5)


def markdown_of(seed: int, limit: int, *, nasty: bool = True) -> str:
    """The same, always the same one for a seed."""
    return _Words(_Thrown(seed), limit // 3, nasty=nasty).blocks(5)
