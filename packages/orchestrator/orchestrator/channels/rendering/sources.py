"""An answer's sources as a short list under its text, for platforms that have no place of their own
for them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

MOST_CHARS = 80
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&@:/.-])")


def with_sources(markdown: str, parts: Iterable[Mapping[str, Any]] | None) -> str:
    """The text with a line for each source; of several from one document one line.

    A title is shown as the words that it is. The only links are the sources' own addresses, as they
    were checked when the answer was stored.
    """
    lines: dict[tuple[str, str], list[int]] = {}
    for part in parts or ():
        if part.get("kind") == "citation":
            named = str(part["title"]), str(part.get("uri") or "")
            lines.setdefault(named, []).append(part["n"])
    if not lines:
        return markdown
    listed = [_line(numbers, *named) for named, numbers in lines.items()]
    return f"{markdown.rstrip()}\n\n" + "  \n".join(listed)


def _line(numbers: list[int], title: str, uri: str) -> str:
    cited = "".join(f"\\[{n}\\]" for n in numbers)
    shown = _SPECIAL.sub(r"\\\1", _no_address(" ".join(title.split())[:MOST_CHARS]))
    return f"{cited} [{shown}]({uri})" if uri and _is_plain(uri) else f"{cited} {shown}"


def _no_address(title: str) -> str:
    """A title that looks like an address would become a link on many platforms."""
    return re.sub(r"(?<=\w)[.。．｡](?=\w)", "[.]", re.sub(r"[a-zA-Z][\w+.-]*:/+", "", title))


def _is_plain(uri: str) -> bool:
    return not re.search(r"[\s()<>\\\[\]]", uri) and urlsplit(uri).scheme in ("http", "https")
