"""A text without marks: the same words, each link's address behind it."""

from orchestrator.channels.rendering.dialects.base import Dialect, by_link, says_where
from orchestrator.channels.rendering.tree import Blocks, Run, Runs, Table


class Plain(Dialect):
    def text(self, runs: Runs) -> str:
        written = ""
        for link, under in by_link(runs):
            label = "".join(run.text for run in under)
            written += label
            if link is not None and not says_where(label, link):
                written += f" ({link})"
        return written

    def heading(self, level: int, runs: Runs) -> str:  # noqa: ARG002
        return self.text(runs)

    def code(self, text: str, language: str) -> str:  # noqa: ARG002
        return text

    def quote(self, blocks: Blocks) -> str:
        return self.write(blocks)

    def table(self, table: Table) -> str:
        return self.text(self.rows(table))

    def rows(self, table: Table) -> Runs:
        """A line for each, its cells apart."""
        runs: list[Run] = []
        for row in table.rows if table.repeated else (table.header, *table.rows):
            for number, cell in enumerate(row):
                runs += [*([Run(" | ")] if number else []), *cell]
            runs.append(Run("\n"))
        return tuple(runs[:-1])


PLAIN = Plain()
