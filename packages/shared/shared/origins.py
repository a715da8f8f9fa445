"""Web origins, spelled as a browser spells them: `scheme://host[:port]`.

Browsers send an origin in one spelling only: lower case, IDNA, the shortest form of an IPv6
address, no default port. People write it in others; `origin_of` turns both into the same text.
"""

import re
import socket
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

import idna

from shared.addresses import leads_to_this_machine

DEFAULT_PORTS = {"http": 80, "https": 443}
EVERY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104
"""Hosts with which a server listens on every address of its machine."""

_LIKE = "Write it like https://chat.example.com"
_NO_HOST = re.compile(r"[\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}*]")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$")


def origin_of(text: str) -> str:
    """The origin of `text`. Raises ValueError with a sentence if it has none."""
    text = text.strip()
    parts = _split(text)
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        raise ValueError(f"'{text}' is no http:// or https:// address. {_LIKE}")
    if "@" in parts.netloc:
        raise ValueError(f"an address with a name or password in it is none. {_LIKE}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or text[-1:] in "?#":
        raise ValueError(f"'{text}' says more than scheme, host and port. {_LIKE}")
    host = host_of(parts.hostname or "")
    port = _port(parts, text)
    return spelled(parts.scheme, host, port)


def spelled(scheme: str, host: str, port: int) -> str:
    """The origin of a host that is already normalised."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


def host_of(text: str) -> str:
    """The host as a browser spells it; IPv6 without brackets. Raises ValueError."""
    if ":" in text:
        try:
            address = IPv6Address(text)
        except ValueError:
            raise ValueError(f"'{text}' is no IPv6 address") from None
        if address.scope_id is not None:
            raise ValueError(f"'{text}' names a network card, which no browser does")
        return str(address)
    host = text.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise ValueError(f"'{text}' is no host's name") from None
    if not host.strip(".") or ".." in host or host[0] == "." or _NO_HOST.search(host):
        raise ValueError(f"'{text}' is no host's name. {_LIKE}")
    if _ENDS_IN_NUMBER.search(host):
        return _ipv4(host)
    return host


def warning_about(base: str) -> str | None:
    """A warning if links that begin with `base` open only on this machine; else None."""
    host = urlsplit(base).hostname or ""
    if not leads_to_this_machine(host):
        return None
    return (
        f"This link begins with {base}, so it opens on this machine alone. Set "
        "KONSTRUCT_PUBLIC_URL to the address at which others reach Konstruct, and make it anew."
    )


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # unbalanced brackets, or no address in them
        raise ValueError(f"'{text}' is no address. {_LIKE}") from None


def _port(parts: SplitResult, text: str) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        port = DEFAULT_PORTS[parts.scheme]
    if not 0 < port < 65536:
        raise ValueError(f"'{text}' has a port that is none: it is 1 to 65535")
    return port


def _ipv4(host: str) -> str:
    """Browsers read a host that ends in a number as an IPv4 address, even `127.1` and `0x7f.1`."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host.removesuffix(".")))
    except OSError:
        raise ValueError(f"'{host}' is no IPv4 address") from None
