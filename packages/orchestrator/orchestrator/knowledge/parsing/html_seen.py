"""What of a page a visitor reads: not scripts and menus, and not what is hidden, since instructions
for machines hide there."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

LEAST_OF_MAIN: Final = 0.25
"""Of the body's text: a smaller main part is an empty frame."""
LEAST_OF_MENU: Final = 4
_NOT_TEXT: Final = (
    "script, style, noscript, template, svg, math, iframe, object, embed, video, audio, canvas, "
    "button, select, option, input, textarea, dialog, [role=dialog], [role=alertdialog]"
)
_AROUND: Final = (
    "nav, [role=navigation], [role=search], [role=banner], [role=contentinfo], [role=menu], "
    "[role=menubar]"
)
_HIDDEN: Final = "[hidden], [aria-hidden=true]"
_CONSENT = re.compile(
    r"onetrust|cookiebot|gdpr|cookie[-_]?(?:banner|consent|notice|bar|law|popup|modal|overlay)"
    r"|consent[-_]?(?:banner|notice|bar|popup|modal)",
    re.IGNORECASE,
)
_OUT_OF_SIGHT = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|font-size:0(?![.\d]*[1-9])|color:transparent"
    r"|(?:left|right|top|bottom|text-indent|margin-left|margin-top):-\d{3,}|clip:rect\(0|clip:rect\(1px"
    r"|clip-path:inset\((?:50|100)%|scale\(0\)|(?:max-)?(?:height|width):[01](?:px)?(?:;|$|!)"
)
_TRANSPARENT = re.compile(r"opacity:(?:0|0?\.0\d*)(?:;|$|!)")
_WILL_APPEAR = re.compile(r"transform|transition|animation|will-change")
_COLOR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_RGB = re.compile(r"rgba?\((\d+)[, ]+(\d+)[, ]+(\d+)")
_WHITE: Final = 245


def drop_what_is_hidden(tree: LexborHTMLParser) -> None:
    """Takes out of the tree what no visitor sees, and what asks for cookies."""
    _drop(tree.css(_NOT_TEXT))
    _drop(tree.css(_HIDDEN))
    _drop([node for node in tree.css("[style]") if _is_hidden(node)])
    _drop([node for node in tree.css("font[color]") if _is_white_on_white(node)])
    named = tree.css("div[id], div[class], section[id], section[class]")
    _drop([node for node in named if _asks_consent(node)])


def drop_what_is_around(tree: LexborHTMLParser) -> None:
    """Takes out what is the same on every page: menus, what is beside, above and below."""
    _drop(tree.css(_AROUND))
    outside = [
        node
        for node in tree.css("header, footer, aside, ul, ol")
        if not _is_within(node, ("main", "article", "section"))
    ]
    _drop([node for node in outside if node.tag not in ("ul", "ol") or _is_menu(node)])


def main_of(tree: LexborHTMLParser) -> LexborNode | None:
    """What is the page's own: its main part, or all that is left."""
    body = tree.body
    if body is None:
        return None
    whole = len(body.text())
    candidates = [*tree.css("main, [role=main]"), *_only(tree.css("article"))]
    for node in candidates:
        if len(node.text()) >= LEAST_OF_MAIN * whole:
            return node
    return body


def _only(nodes: list[LexborNode]) -> list[LexborNode]:
    return nodes if len(nodes) == 1 else []


def _drop(nodes: list[LexborNode]) -> None:
    """One that lies in another is taken out before it."""
    for node in reversed(nodes):
        if node.tag not in ("html", "body"):
            node.decompose()


def _is_hidden(node: LexborNode) -> bool:
    style = _style(node)
    return bool(
        _OUT_OF_SIGHT.search(style)
        or (_TRANSPARENT.search(style) and not _WILL_APPEAR.search(style))
        or _is_white_on_white(node)
    )


def _is_white_on_white(node: LexborNode) -> bool:
    """Text in the colour of what is behind it, as far as the page itself says; where it does not,
    that is white."""
    said = _COLOR.search(_style(node))
    color = _color(said[1] if said else node.attributes.get("color") or "")
    if color is None:
        return False
    behind = _behind(node)
    return color == behind or (_is_white(color) and (behind is None or _is_white(behind)))


def _behind(node: LexborNode) -> tuple[int, int, int] | None:
    at: LexborNode | None = node
    while at is not None and at.tag != "-document":
        said = _BACKGROUND.search(_style(at))
        color = said[1] if said else at.attributes.get("bgcolor")
        if color:
            return _color(color) or (0, 0, 0)  # a picture: not white
        at = at.parent
    return None


def _color(said: str) -> tuple[int, int, int] | None:
    said = said.strip().lower()
    if said == "white":
        return 255, 255, 255
    if said == "black":
        return 0, 0, 0
    if said.startswith("#"):
        digits = said[1:]
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits)
        try:
            return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
        except ValueError:
            return None
    found = _RGB.match(said)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _is_white(color: tuple[int, int, int]) -> bool:
    return min(color) >= _WHITE


def _style(node: LexborNode) -> str:
    return "".join((node.attributes.get("style") or "").lower().split())


def _is_menu(items: LexborNode) -> bool:
    """Short lines, each a link and nothing else."""
    lines = list(items.iter())
    links = [line.css_first("a[href]") for line in lines]
    return len(lines) >= LEAST_OF_MENU and all(
        link is not None and line.text(strip=True) == link.text(strip=True)
        for line, link in zip(lines, links, strict=True)
    )


def _asks_consent(node: LexborNode) -> bool:
    names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
    return bool(_CONSENT.search(names)) and node.css_first("main, article") is None


def _is_within(node: LexborNode, tags: tuple[str, ...]) -> bool:
    at = node.parent
    while at is not None:
        if at.tag in tags:
            return True
        at = at.parent
    return False
