"""What dialects have in common: blocks one under the other, lists with bullets, styles as marks."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from orchestrator.channels.rendering.tree import (
    Block,
    Blocks,
    Code,
    Heading,
    Item,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Style,
    Table,
)

KEPT = 512
"""Items of lists whose writing is remembered."""
Marks = Mapping[Style, tuple[str, str]]
"""What opens a style, and what closes it."""


class Dialect:
    """A platform's way to write. `units` is how it counts, `measure` how long it takes a written
    text to be."""

    bullet = "• "
    rule = "———"

    def units(self, text: str) -> int:
        return len(text)

    def measure(self, written: str) -> int:
        return self.units(written)

    def lowered(self, blocks: Blocks) -> Blocks:
        """The same with what the platform has, in place of what it has not."""
        return blocks

    def write(self, blocks: Blocks) -> str:
        return "\n\n".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(runs):
                return self.text(runs)
            case Heading(level, runs):
                return self.heading(level, runs)
            case Code(text, language):
                return self.code(text, language)
            case Quote(blocks):
                return self.quote(blocks)
            case Listing(items):
                return "\n".join(map(self.written, items))
            case Table():
                return self.table(block)
            case Rule():
                return self.rule
        raise TypeError(type(block).__name__)

    def text(self, runs: Runs) -> str:
        raise NotImplementedError

    def heading(self, level: int, runs: Runs) -> str:
        raise NotImplementedError

    def code(self, text: str, language: str) -> str:
        raise NotImplementedError

    def quote(self, blocks: Blocks) -> str:
        raise NotImplementedError

    def table(self, table: Table) -> str:
        raise NotImplementedError

    @lru_cache(maxsize=KEPT)  # noqa: B019 - there are few dialects, as old as the process
    def written(self, item: Item) -> str:
        """`item`, which is the same for the same one: many beginnings of a list are tried."""
        return self.item(item)

    def item(self, item: Item) -> str:
        """What is behind the first line stands under its text, but for code and quotes, which
        begin where a line begins."""
        marker = self.bullet if item.number is None else f"{item.number}. "
        indent = " " * len(marker)
        written = []
        for block in item.blocks:
            text = self.block(block)
            written.append(text if isinstance(block, Code | Quote) else indented(text, indent))
        text = "\n".join(written)
        return text if item.continued else marker + text.removeprefix(indent)


def indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else line for line in text.split("\n"))


def in_utf16(text: str) -> int:
    """Length as JavaScript, Java and Telegram count."""
    return len(text.encode("utf-16-le")) // 2


def by_link(runs: Runs) -> list[tuple[str | None, Runs]]:
    """What is under each link, which is on none of the runs any more, and what is under none."""
    return [
        (link, tuple(Run(run.text, run.styles) for run in group))
        for link, group in groupby(runs, key=lambda run: run.link)
    ]


def says_where(label: str, link: str) -> bool:
    """Whether a link's text is its address."""
    return label.strip() in (link, link.partition(":")[2], link.partition("://")[2])


def nested(runs: Sequence[Run], marks: Marks, write: Callable[[Run], str]) -> str:
    """Each run as `write` says, in the marks of its styles: closed in reverse order, what lasts
    longer around what is shorter, and blanks outside of them."""
    out: list[str] = []
    open_: list[Style] = []
    blanks = ""
    for number, run in enumerate(runs):
        core = run.text.strip()
        if not core:
            blanks += run.text
            continue
        wanted = run.styles & marks.keys()
        while not wanted.issuperset(open_):
            out.append(marks[open_.pop()][1])
        at = run.text.index(core)
        out.append(blanks + run.text[:at])
        new = wanted.difference(open_)
        for style in sorted(new, key=lambda each: (-_lasts(runs[number:], each), each)):
            out.append(marks[style][0])
            open_.append(style)
        out.append(write(Run(core, run.styles)))
        blanks = run.text[at + len(core) :]
    out += [marks[style][1] for style in reversed(open_)]
    return "".join(out) + blanks


def _lasts(runs: Sequence[Run], style: Style) -> int:
    return next((n for n, run in enumerate(runs) if style not in run.styles), len(runs))
