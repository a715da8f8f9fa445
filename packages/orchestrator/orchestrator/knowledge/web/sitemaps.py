"""Sitemaps: the pages a website says it has, also packed, also of sitemaps."""

import re
import zlib
from html import unescape
from typing import Final

MOST_UNPACKED: Final = 50 * 1024 * 1024
_PLACE = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.IGNORECASE)
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31


def is_sitemap(url: str) -> bool:
    """By its address alone."""
    path = url.partition("?")[0].lower()
    return path.endswith((".xml", ".xml.gz", "sitemap.txt"))


def places_in(content: bytes) -> tuple[list[str], bool]:
    """The addresses in it, in order; and whether they are of further sitemaps."""
    if content.startswith(_GZIP):
        unpacking = zlib.decompressobj(_GZIP_WINDOW)
        try:
            content = unpacking.decompress(content, MOST_UNPACKED)
        except zlib.error:
            return [], False
    text = content.decode(errors="replace")
    if "<" not in text[:1000]:
        return [line.strip() for line in text.splitlines() if line.strip()], False
    places = [unescape(place) for place in _PLACE.findall(text)]
    return places, "<sitemapindex" in text[:5000]
