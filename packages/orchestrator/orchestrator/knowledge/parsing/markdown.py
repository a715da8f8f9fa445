"""Markdown, by way of the HTML it means. What stands in comments is not read."""

import re

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from orchestrator.knowledge.parsing.html import say
from orchestrator.knowledge.parsing.html_seen import drop_what_is_hidden
from orchestrator.knowledge.parsing.outline import Outline

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,10000}?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(text: str) -> Outline:
    """Raises ParseFailed."""
    text = text.replace("\r\n", "\n")
    outline = Outline()
    if front := _FRONT_MATTER.match(text):
        title = _TITLE.search(front[1])
        outline.title = title[1] if title else ""
        text = text[front.end() :]
    tree = LexborHTMLParser(_markdown.render(text))
    drop_what_is_hidden(tree)
    if tree.body is not None:
        say(tree.body, outline)
    return outline
