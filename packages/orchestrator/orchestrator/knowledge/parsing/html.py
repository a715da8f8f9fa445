"""HTML: what a visitor reads of a page, without what is around it on every page."""

import re
from typing import Final
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from orchestrator.knowledge.parsing.html_facts import (
    address_in,
    footer_of,
    links_of,
    wants_no_index,
)
from orchestrator.knowledge.parsing.html_seen import (
    drop_what_is_around,
    drop_what_is_hidden,
    main_of,
)
from orchestrator.knowledge.parsing.outline import Outline
from orchestrator.knowledge.parsing.page_facts import PageFacts

DEEPEST: Final = 150
LONGEST_CONTACT: Final = 100
LONGEST_CELL: Final = 500
"""A cell with more in it is a column of a page, not of a table."""
_SPACE = re.compile(r"\s+")
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)} | {"summary": 6}
_BLOCKS: Final = {
    *_HEADINGS, "pre", "table", "ul", "ol", "li", "dt", "tbody", "thead",
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details",
    "div", "dl", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr",
    "label", "legend", "main", "nav", "p", "section", "td", "th", "tr",
}  # fmt: skip
_PIECES_OF_PAGES: Final = "h1, h2, h3, h4, h5, h6, table, ul, ol, pre, p + p"
_LANGUAGES: Final = {"en", "es", "pt", "de", "fr", "it"}


def read(text: str) -> Outline:
    """Raises ParseFailed."""
    tree = LexborHTMLParser(text)
    outline = Outline(title=title_of(tree), language=language_of(tree))
    links, asks_password = links_of(tree), tree.css_first("input[type=password i]") is not None
    drop_what_is_hidden(tree)
    at_foot = Outline()
    if (foot := footer_of(tree)) is not None:
        say(foot, at_foot)
    outline.facts = PageFacts(
        links=links,
        base=address_in(tree, "base[href]"),
        canonical=address_in(tree, "link[rel~=canonical i][href]"),
        footer=at_foot.text,
        wants_no_index=wants_no_index(tree),
        asks_password=asks_password,
    )
    drop_what_is_around(tree)
    if (main := main_of(tree)) is not None:
        say(main, outline)
    return outline


def say(node: LexborNode, outline: Outline) -> None:
    """All that is below it, in reading order."""
    walk = _Walk(outline)
    walk.into(node, 0)
    walk.end_paragraph()


def title_of(tree: LexborHTMLParser) -> str:
    title = tree.css_first("head title")
    return title.text() if title is not None else ""


def language_of(tree: LexborHTMLParser) -> str | None:
    """What the page says of itself, if we know that language."""
    root = tree.css_first("html")
    said = (root.attributes.get("lang") or "") if root is not None else ""
    language = said.replace("_", "-").partition("-")[0].lower()
    return language if language in _LANGUAGES else None


class _Walk:
    """Gathers a paragraph's text until something ends it."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._said: list[str] = []

    def into(self, node: LexborNode, depth: int) -> None:
        if depth > DEEPEST:
            self._said.append(node.text(separator=" "))
            return
        for each in node.iter(include_text=True):
            self._node(each, depth)

    def end_paragraph(self) -> None:
        text = "".join(self._said)
        self._said = []
        self._outline.paragraph(text)

    def _node(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._said.append(_SPACE.sub(" ", node.text_content or ""))
        elif tag == "br":
            self._said.append("\n")
        elif tag in _BLOCKS:
            self.end_paragraph()
            self._block(tag, node, depth)
            self.end_paragraph()
        else:
            self.into(node, depth + 1)
            if tag == "a":
                self._said.append(_contact(node))

    def _block(self, tag: str, node: LexborNode, depth: int) -> None:
        if tag in _HEADINGS:
            self._outline.heading(_HEADINGS[tag], node.text(separator=" "))
        elif tag == "pre":
            self._outline.paragraph(node.text())
        elif tag == "table" and (rows := _rows(node)) is not None:
            self._outline.table(rows, has_header=_has_header(node))
        elif tag in ("ul", "ol") and all(map(_is_plain, node.iter())):
            self._outline.items([_said(item) for item in node.iter()])
        elif tag == "p" and _is_bold(node):
            self._outline.bold(node.text(separator=" "))
        else:
            self.into(node, depth + 1)


def _said(node: LexborNode) -> str:
    """The text of what has no blocks in it."""
    parts = []
    for each in node.traverse(include_text=True):
        if each.tag == "-text":
            parts.append(_SPACE.sub(" ", each.text_content or ""))
        elif each.tag in ("br", "p", "div"):
            parts.append(" ")
        elif each.tag == "a":
            parts.append(_contact(each))
    return "".join(parts)


def _is_plain(item: LexborNode) -> bool:
    """Whether an item of a list is a line, not a piece of a page."""
    return item.css_first(_PIECES_OF_PAGES) is None


def _rows(table: LexborNode) -> list[list[str]] | None:
    """None for a table that only says where things stand on the page."""
    if table.css_first("table table, td h1, td h2, td h3") is not None:
        return None
    rows = []
    for row in table.css("tr"):
        cells: list[str] = []
        for cell in row.iter():
            text = _said(cell)
            if len(text) > LONGEST_CELL:
                return None
            cells.append(text)
            span = cell.attributes.get("colspan") or "1"
            cells.extend([""] * (min(int(span), 50) - 1 if span.isdecimal() else 0))
        rows.append(cells)
    return rows


def _has_header(table: LexborNode) -> bool:
    row = table.css_first("tr")
    cells = list(row.iter()) if row is not None else []
    return len(cells) > 1 and all(cell.tag == "th" for cell in cells)


def _is_bold(paragraph: LexborNode) -> bool:
    """Whether all its text is."""
    children = [
        each
        for each in paragraph.iter(include_text=True)
        if each.tag != "-text" or (each.text_content or "").strip()
    ]
    return bool(children) and all(each.tag in ("b", "strong") for each in children)


def _contact(link: LexborNode) -> str:
    """A number or an address that a link calls and does not show."""
    target = link.attributes.get("href") or ""
    kind, _, address = target.partition(":")
    address = unquote(address.partition("?")[0]).strip()
    if kind.lower() not in ("tel", "mailto") or not address or len(address) > LONGEST_CONTACT:
        return ""
    shown = "".join(link.text().split())
    return "" if "".join(address.split()).lstrip("+") in shown else f" ({address})"
