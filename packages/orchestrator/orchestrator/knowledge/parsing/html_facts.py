"""Reads out of a page where it leads, which address is its own, and what stands at its foot."""

from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_LINKS: Final = 1000
LONGEST_ADDRESS: Final = 1000


def links_of(tree: LexborHTMLParser) -> tuple[str, ...]:
    """In order, each once; without those the page does not vouch for."""
    found: dict[str, None] = {}
    for node in tree.css("a[href]"):
        address = (node.attributes.get("href") or "").strip()
        is_vouched = "nofollow" not in (node.attributes.get("rel") or "").lower()
        if address and len(address) <= LONGEST_ADDRESS and is_vouched and address[0] != "#":
            found[address] = None
        if len(found) >= MOST_LINKS:
            break
    return tuple(found)


def address_in(tree: LexborHTMLParser, selector: str) -> str:
    """What the first of these links to; empty without one."""
    node = tree.css_first(selector)
    address = (node.attributes.get("href") or "").strip() if node is not None else ""
    return address if len(address) <= LONGEST_ADDRESS else ""


def wants_no_index(tree: LexborHTMLParser) -> bool:
    node = tree.css_first("meta[name=robots i]")
    said = (node.attributes.get("content") or "").lower() if node is not None else ""
    return "noindex" in said or said.strip() == "none"


def footer_of(tree: LexborHTMLParser) -> LexborNode | None:
    """What stands at the foot of the page, without its menus. None without a number: hours,
    addresses and telephones have some."""
    feet = [
        node
        for node in tree.css("footer, [role=contentinfo]")
        if node.parent is None or node.parent.tag not in ("article", "section", "blockquote")
    ]
    if not feet:
        return None
    foot = feet[-1]
    for menu in foot.css("nav, ul, ol"):
        if menu.tag == "nav" or all(item.css_first("a[href]") is not None for item in menu.iter()):
            menu.decompose()
    return foot if any(character.isdigit() for character in foot.text()) else None
