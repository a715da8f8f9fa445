"""Telegram's HTML. It counts what is left of it after parsing, in UTF-16."""

import html
import re

from orchestrator.channels.rendering.dialects.base import Marks, by_link, nested, says_where
from orchestrator.channels.rendering.dialects.chat import ChatDialect
from orchestrator.channels.rendering.tree import Blocks, Run, Runs

LIMIT = 4_096
_MARKS: Marks = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "strike": ("<s>", "</s>"),
}
_TAG = re.compile(r"<[^>]*>")
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")


class Telegram(ChatDialect):
    def measure(self, written: str) -> int:
        return self.units(html.unescape(_TAG.sub("", written)))

    def text(self, runs: Runs) -> str:
        written = ""
        for link, under in by_link(runs):
            if link is None:
                written += nested(under, _MARKS, _code_or_text)
                continue
            label = "".join(run.text for run in under)
            if says_where(label, link):
                written += _escaped(label)  # which it makes a link by itself
            else:
                inner = nested(under, _MARKS, lambda run: _escaped(run.text))
                written += f'<a href="{html.escape(link)}">{inner}</a>'
        return written

    def heading(self, level: int, runs: Runs) -> str:  # noqa: ARG002
        return self.text(tuple(Run(run.text, run.styles | {"bold"}, run.link) for run in runs))

    def code(self, text: str, language: str) -> str:
        inner = _escaped(text)
        if _LANGUAGE.fullmatch(language):
            inner = f'<code class="language-{html.escape(language)}">{inner}</code>'
        return f"<pre>{inner}</pre>"

    def quote(self, blocks: Blocks) -> str:
        return f"<blockquote>{self.write(blocks)}</blockquote>"


def _code_or_text(run: Run) -> str:
    return f"<code>{_escaped(run.text)}</code>" if "code" in run.styles else _escaped(run.text)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


TELEGRAM = Telegram()
