"""The model's Markdown as blocks of styled text: what is cut into parts and written in a dialect.

Raw HTML is text like any other, and so is a link that leads nowhere a browser goes safely.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Style = Literal["bold", "italic", "strike", "code"]

DEEPEST = 8
"""Levels of quotes and lists within each other; what is deeper is written at this one."""
_TOO_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){40,}", re.MULTILINE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
"""Control characters but for tabs and line ends, direction marks, and halves of characters."""
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; a line break in it is a newline."""

    text: str
    styles: frozenset[Style] = frozenset()
    link: str | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    source: str | None = field(default=None, compare=False)
    """The Markdown it was read from, as long as it stands for itself."""


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading(Block):
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Code(Block):
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote(Block):
    blocks: "Blocks"


@dataclass(frozen=True, slots=True)
class Item:
    """Of a list; `number` if that counts. One that is `continued` was begun in the part before."""

    blocks: "Blocks"
    number: int | None = None
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Listing(Block):
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table(Block):
    """`repeated`: its header was written in the part before."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    aligned: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Rule(Block):
    """A line across."""


Blocks = tuple[Block, ...]

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(
    ["table", "strikethrough"]
)


def read(markdown: str) -> Blocks:
    """The blocks of a text; none if it has no content."""
    text = _clean(markdown)
    if _TOO_DEEP.search(text):
        return tuple(_paragraphs(text))
    references: dict[str, object] = {}
    tokens = _PARSER.parse(text, references)
    lines = text.split("\n")
    return tuple(_blocks(_Tokens(tokens), None if references.get("references") else lines))


def _clean(text: str) -> str:
    """Without what no reader sees: control characters, and marks that turn the order of reading."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    return _UNSEEN.sub("", text).strip("\n")


def _paragraphs(text: str) -> Iterator[Paragraph]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.strip():
            yield Paragraph((Run(paragraph),))


class _Tokens:
    """The parser's tokens, one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def next(self) -> Token | None:
        if self._at == len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def until(self, end: str) -> Iterator[Token]:
        """Those up to one of this type, which is taken, too."""
        while (token := self.next()) is not None and token.type != end:
            yield token


def _blocks(
    tokens: _Tokens, lines: Sequence[str] | None = None, end: str = "", depth: int = 0
) -> Iterator[Block]:
    """Those up to a token of type `end`. With `lines`, each knows the Markdown it is made of."""
    for token in tokens.until(end):
        source = None
        if lines is not None and token.map is not None:
            source = "\n".join(lines[token.map[0] : token.map[1]]).rstrip("\n")
        match token.type:
            case "paragraph_open":
                if runs := _runs_within(tokens, "paragraph_close"):
                    yield Paragraph(runs, source=source)
            case "heading_open":
                if runs := _runs_within(tokens, "heading_close"):
                    yield Heading(int(token.tag[1:]), runs, source=source)
            case "fence" | "code_block":
                yield Code(token.content.removesuffix("\n"), token.info.strip().split(" ")[0])
            case "blockquote_open":
                within = tuple(_blocks(tokens, end="blockquote_close", depth=depth + 1))
                yield from within if depth >= DEEPEST else (Quote(within, source=source),)
            case "bullet_list_open" | "ordered_list_open":
                items = tuple(_items(tokens, token, depth + 1))
                if depth < DEEPEST:
                    yield Listing(items, source=source)
                else:
                    yield from (block for item in items for block in item.blocks)
            case "table_open":
                yield _table(tokens, source)
            case "hr":
                yield Rule()


def _items(tokens: _Tokens, opening: Token, depth: int) -> Iterator[Item]:
    counts = opening.type == "ordered_list_open"
    first = int(opening.attrs.get("start", 1))
    for number, _ in enumerate(tokens.until(opening.type.replace("open", "close")), first):
        blocks = tuple(_blocks(tokens, end="list_item_close", depth=depth))
        yield Item(blocks, number if counts else None)


def _table(tokens: _Tokens, source: str | None) -> Table:
    rows: list[tuple[Runs, ...]] = []
    row: list[Runs] = []
    aligned: list[str] = []
    for token in tokens.until("table_close"):
        match token.type:
            case "tr_open":
                row = []
            case "th_open" | "td_open":
                if token.type == "th_open":
                    style = str(token.attrGet("style") or "")
                    aligned.append(style.removeprefix("text-align:"))
                row.append(_runs_within(tokens, token.type.replace("open", "close")))
            case "tr_close":
                rows.append(tuple(row))
    return Table(rows[0], tuple(rows[1:]), tuple(aligned), source=source)


def _runs_within(tokens: _Tokens, end: str) -> Runs:
    runs: list[Run] = []
    for token in tokens.until(end):
        runs += _runs(token.children or ())
    return joined(runs)


_STYLES: dict[str, Style] = {"strong": "bold", "em": "italic", "s": "strike"}


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    styles: list[Style] = []
    link: str | None = None
    for token in tokens:
        name = token.type.rpartition("_")[0]
        if token.type.endswith("_open") and name in _STYLES:
            styles.append(_STYLES[name])
        elif token.type.endswith("_close") and name in _STYLES:
            styles.remove(_STYLES[name])
        match token.type:
            case "text":
                yield Run(token.content, frozenset(styles), link)
            case "code_inline":
                yield Run(token.content, frozenset([*styles, "code"]), link)
            case "softbreak" | "hardbreak":
                yield Run("\n", frozenset(styles), link)
            case "link_open":
                link = str(token.attrGet("href") or "")
            case "link_close":
                if link and not _SAFE_LINK.match(link):
                    yield Run(f" ({link})", frozenset(styles))
                link = None
            case "image":
                where = str(token.attrGet("src") or "")
                yield Run(token.content or where, frozenset(styles), link or where)


def joined(runs: Sequence[Run]) -> Runs:
    """Neighbours of one look as one run, none of them empty, and links only where they are safe."""
    made: list[Run] = []
    for run in runs:
        link = run.link if run.link and _SAFE_LINK.match(run.link) else None
        if not run.text:
            continue
        if made and (made[-1].styles, made[-1].link) == (run.styles, link):
            made[-1] = Run(made[-1].text + run.text, run.styles, link)
        else:
            made.append(Run(run.text, run.styles, link))
    return tuple(made)
