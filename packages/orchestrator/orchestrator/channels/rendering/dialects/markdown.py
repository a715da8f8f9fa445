"""Markdown for a platform that reads it: what is whole stays as the model wrote it, and only what
is cut is written anew."""

import re
from functools import lru_cache

from orchestrator.channels.rendering import tree
from orchestrator.channels.rendering.dialects.base import (
    Dialect,
    Marks,
    by_link,
    indented,
    nested,
)
from orchestrator.channels.rendering.plain import PLAIN
from orchestrator.channels.rendering.tree import (
    Block,
    Blocks,
    Item,
    Listing,
    Paragraph,
    Run,
    Runs,
    Table,
)

KEPT = 256
"""Paragraphs whose reading is remembered."""
_MARKS: Marks = {"bold": ("**", "**"), "italic": ("*", "*"), "strike": ("~~", "~~")}
_SPECIAL = re.compile(r"[\\`*\[\]<>~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_BEGINS_BLOCK = re.compile(r"^([ \t]*)(?=[-+#=|:])", re.MULTILINE)
_BEGINS_NUMBERED = re.compile(r"^([ \t]*\d{1,9})(?=[.)])", re.MULTILINE)
_BACKTICKS = re.compile(r"`+")
_SIDES = {"left": ":--", "right": "--:", "center": ":-:"}


class Markdown(Dialect):
    bullet = "- "
    rule = "---"

    def block(self, block: Block) -> str:
        if block.source is not None:
            return block.source
        written = super().block(block)
        if isinstance(block, Paragraph) and not _reads_the_same(written, block.runs):
            return self._escaped(PLAIN.block(block))
        return written

    def text(self, runs: Runs) -> str:
        written = ""
        for link, under in by_link(runs):
            inner = nested(under, _MARKS, self._code_or_text)
            written += inner if link is None else f"[{inner}](<{_address(link)}>)"
        return written

    def heading(self, level: int, runs: Runs) -> str:
        return "#" * level + " " + self.text(runs).replace("\n", " ")

    def code(self, text: str, language: str) -> str:
        longest = max((len(found) for found in _BACKTICKS.findall(text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}{language.replace('`', '')}\n{text}\n{fence}"

    def quote(self, blocks: Blocks) -> str:
        return "\n".join(f"> {line}".rstrip() for line in self.write(blocks).split("\n"))

    def item(self, item: Item) -> str:
        if item.continued:
            return self.write(item.blocks) + "\n"
        marker = self.bullet if item.number is None else f"{item.number}. "
        indent = " " * len(marker)
        written = ""
        for number, block in enumerate(item.blocks):
            if number:
                tight = isinstance(block, Listing) and block.items[0].number is None
                written += "\n" if tight else "\n\n"
            written += self.block(block)
        return marker + indented(written, indent).removeprefix(indent)

    def table(self, table: Table) -> str:
        rows = [table.header, *table.rows]
        lines = ["| " + " | ".join(map(self._cell, row)) + " |" for row in rows]
        sides = [_SIDES.get(side, "---") for side in table.aligned]
        return "\n".join([lines[0], "| " + " | ".join(sides) + " |", *lines[1:]])

    def _cell(self, runs: Runs) -> str:
        return re.sub(r"(?<!\\)\|", r"\\|", self.text(runs)).replace("\n", " ")

    def _code_or_text(self, run: Run) -> str:
        if "code" not in run.styles:
            return self._escaped(run.text)
        longest = max((len(found) for found in _BACKTICKS.findall(run.text)), default=0)
        marks = "`" * (longest + 1)
        blank = " " if "`" in (run.text[0], run.text[-1]) else ""
        return f"{marks}{blank}{run.text}{blank}{marks}"

    def _escaped(self, text: str) -> str:
        text = _SPECIAL.sub(r"\\\g<0>", text)
        return _BEGINS_NUMBERED.sub(r"\1\\", _BEGINS_BLOCK.sub(r"\1\\", text))


@lru_cache(maxsize=KEPT)
def _reads_the_same(written: str, runs: Runs) -> bool:
    """Reading is what costs most here, and many beginnings of a text are tried whose paragraphs are
    the same ones. Where there are no marks, none can be misread."""
    if not any(run.styles or run.link for run in runs):
        return True
    read = tree.read(written)
    return len(read) == 1 and PLAIN.write(read).split() == PLAIN.text(runs).split()


def _address(link: str) -> str:
    return re.sub(r"[\\<>]", r"\\\g<0>", link).replace("\n", "")


MARKDOWN = Markdown()
