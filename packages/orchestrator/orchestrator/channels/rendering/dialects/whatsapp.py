"""WhatsApp's own marks: `*bold*`, `_italic_`, `~strike~`, code, quotes, lists; no links or
headings. A mark holds within a line and where no letter touches it, so elsewhere there is none."""

from itertools import groupby

from orchestrator.channels.rendering.dialects.base import Marks, by_link, nested, says_where
from orchestrator.channels.rendering.dialects.chat import ChatDialect
from orchestrator.channels.rendering.tree import Blocks, Run, Runs, Style

LIMIT = 4_096
_MARKS: Marks = {"bold": ("*", "*"), "italic": ("_", "_"), "strike": ("~", "~")}
_FENCE = "```"


class WhatsApp(ChatDialect):
    bullet = "- "

    def text(self, runs: Runs) -> str:
        whole: list[Run] = []
        for link, under in by_link(runs):
            whole += under
            label = "".join(run.text for run in under)
            if link is not None and not says_where(label, link):
                whole.append(Run(f" ({link})"))
        return "\n".join(
            nested(_where_marks_hold(line), _MARKS, _code_or_text) for line in _lines(whole)
        )

    def heading(self, level: int, runs: Runs) -> str:  # noqa: ARG002
        return self.text(tuple(Run(run.text, run.styles | {"bold"}, run.link) for run in runs))

    def code(self, text: str, language: str) -> str:  # noqa: ARG002
        return text if _FENCE in text else f"{_FENCE}\n{text}\n{_FENCE}"

    def quote(self, blocks: Blocks) -> str:
        return "\n".join(f"> {line}" for line in self.write(blocks).split("\n"))


def _lines(runs: list[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        lines[-1].append(Run(first, run.styles))
        lines += [[Run(other, run.styles)] for other in others]
    return lines


def _where_marks_hold(line: list[Run]) -> list[Run]:
    """Without the styles whose marks would touch a letter."""
    for style in _MARKS:
        if any(style in run.styles for run in line):
            line = _without_touched(line, style)
    return line


def _without_touched(line: list[Run], style: Style) -> list[Run]:
    kept: list[Run] = []
    spans = [(has, list(span)) for has, span in groupby(line, key=lambda run: style in run.styles)]
    for number, (has, span) in enumerate(spans):
        before = "".join(run.text for run in spans[number - 1][1])[-1:] if number else ""
        after = "".join(run.text for run in spans[number + 1][1])[:1] if spans[number + 1 :] else ""
        text = "".join(run.text for run in span)
        touches = (before.isalnum() and not text[:1].isspace()) or (
            after.isalnum() and not text[-1:].isspace()
        )
        kept += [Run(run.text, run.styles - {style}) for run in span] if has and touches else span
    return kept


def _code_or_text(run: Run) -> str:
    return f"`{run.text}`" if "code" in run.styles and "`" not in run.text else run.text


WHATSAPP = WhatsApp()
