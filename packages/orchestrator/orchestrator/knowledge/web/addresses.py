"""Addresses of pages: one form for each, and which belong to a site."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

LONGEST: Final = 1000
DEEPEST_PATH: Final = 12
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|_ga|_gl|sessionid|phpsessid|sid")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NO_PAGES: Final = frozenset(
    {
        *("jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff", "css"),
        *("js", "mjs", "json", "xml", "rss", "atom", "zip", "gz", "tar", "rar", "7z", "mp3", "mp4"),
        *("m4a", "m4v", "avi", "mov", "webm", "wav", "ogg", "woff", "woff2", "ttf", "eot", "otf"),
        *("exe", "dmg", "apk", "iso", "ics", "vcf"),
    }
)


def normal(address: str, base: str = "") -> str | None:
    """The address as it is asked for: https unless it says http, without fragment and what only
    follows visitors. None for what is no page's address."""
    text = "".join(address.split())
    if base:
        text = urljoin(base, text)
    elif not _SCHEME.match(text) or re.match(r"[\w.-]+:\d", text):
        text = f"https://{text.lstrip('/')}"
    if len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host or parts.username is not None:
        return None
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        place = f"{place}:{port}"
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(name.lower())
        ]
    )
    return urlunsplit((scheme, place, parts.path or "/", query, ""))


@dataclass(frozen=True, slots=True)
class Scope:
    """The pages of a site: of the same host, with or without `www.`, in the folder named."""

    scheme: str
    host: str
    folder: str

    @classmethod
    def of(cls, address: str) -> "Scope":
        parts = urlsplit(address)
        return cls(parts.scheme, _bare(parts.netloc), parts.path.rpartition("/")[0] + "/")

    @property
    def whole_host(self) -> "Scope":
        return Scope(self.scheme, self.host, "/")

    def within(self, address: str | None) -> str | None:
        """The address, by the scheme of the site; None if it is no page of the site."""
        parts = urlsplit(address or "")
        if address is None or not self.same_host(address):
            return None
        path = parts.path
        if not path.startswith(self.folder) or path.count("/") > DEEPEST_PATH:
            return None
        if path.rpartition("/")[2].rpartition(".")[2].lower() in _NO_PAGES and "." in path:
            return None
        return urlunsplit((self.scheme, *parts[1:]))

    def same_host(self, address: str) -> bool:
        return _bare(urlsplit(address).netloc) == self.host


def _bare(place: str) -> str:
    return place.removeprefix("www.")
