"""A messenger's dialect: no tables, and quotes that may be one within another or not."""

from dataclasses import replace

from orchestrator.channels.rendering.dialects.base import Dialect, in_utf16
from orchestrator.channels.rendering.tables import without_table
from orchestrator.channels.rendering.tree import Block, Blocks, Listing, Quote, Table


class ChatDialect(Dialect):
    def units(self, text: str) -> int:
        return in_utf16(text)

    def lowered(self, blocks: Blocks) -> Blocks:
        return self._lowered(blocks, quoted=False)

    def _lowered(self, blocks: Blocks, *, quoted: bool) -> Blocks:
        made: list[Block] = []
        for block in blocks:
            match block:
                case Table():
                    made.append(without_table(block))
                case Quote(within) if quoted:
                    made += self._lowered(within, quoted=True)
                case Quote(within):
                    made.append(Quote(self._lowered(within, quoted=True)))
                case Listing(items):
                    made.append(
                        Listing(
                            tuple(
                                replace(item, blocks=self._lowered(item.blocks, quoted=quoted))
                                for item in items
                            )
                        )
                    )
                case _:
                    made.append(block)
        return tuple(made)
