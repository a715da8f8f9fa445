"""Markdown as Slack takes it in `markdown_text`, with nobody called by what a model wrote."""

import re

from orchestrator.channels.rendering.dialects.markdown import Markdown
from orchestrator.channels.rendering.tree import Block, Code

LIMIT = 11_500
"""Of the 12,000 characters that Slack takes."""
_CALLS = re.compile(r"<(?=[!@#])")


class Slack(Markdown):
    """`<!channel>`, `<@U…>` and `<#C…>` in a text would call people and link channels."""

    def block(self, block: Block) -> str:
        written = super().block(block)
        return written if isinstance(block, Code) else _CALLS.sub("&lt;", written)


SLACK = Slack()
