"""From Markdown to parts, each as the platform reads it and as plain text."""

from dataclasses import dataclass

from orchestrator.channels.rendering import tree
from orchestrator.channels.rendering.dialects.base import Dialect
from orchestrator.channels.rendering.plain import PLAIN
from orchestrator.channels.rendering.splitting import Room, cut_blocks
from orchestrator.channels.rendering.tree import Block, Blocks, Paragraph, Run

SMALLEST_LIMIT = 64
BETWEEN_BLOCKS = 2
"""Newlines."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message. `plain` says the same without marks, for a platform that cannot read them."""

    text: str
    plain: str


def render(markdown: str, dialect: Dialect, limit: int) -> list[Text]:
    """Parts of at most `limit` in the dialect's unit, as the platform counts them; none for a text
    without content. Together they are the whole text."""
    assert limit >= SMALLEST_LIMIT

    sizes = _Sizes(dialect)

    def fits(blocks: Blocks) -> bool:
        return sizes.of(blocks) <= limit

    made: list[Text] = []
    left = dialect.lowered(tree.read(markdown))
    while left:
        part, left = cut_blocks(left, Room(fits, fits))
        if not part:  # its quotes and lists leave no room for a character of it
            text = PLAIN.block(left[0]).strip()
            left = (*([Paragraph((Run(text),))] if text else []), *left[1:])
            continue
        if (plain := PLAIN.write(part)).strip():
            made.append(Text(dialect.write(part), plain))
    return made


class _Sizes:
    """How long blocks are, written: as text or as plain text, whichever is longer. Each block is
    written once, though many beginnings of a text are tried."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: dict[int, tuple[Block, int, int]] = {}

    def of(self, blocks: Blocks) -> int:
        known = [self._of_one(block) for block in blocks]
        text, plain = sum(size[1] for size in known), sum(size[2] for size in known)
        return max(text, plain) + BETWEEN_BLOCKS * max(0, len(blocks) - 1)

    def _of_one(self, block: Block) -> tuple[Block, int, int]:
        known = self._known.get(id(block))
        if known is None:  # kept with the block, whose id is no other's as long as it is there
            dialect = self._dialect
            text = dialect.measure(dialect.block(block))
            known = self._known[id(block)] = block, text, dialect.units(PLAIN.block(block))
        return known
