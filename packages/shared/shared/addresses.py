"""Checks the addresses that settings hold, when a setting is read.

Each function returns the address, or raises ValueError with a sentence that says what is wrong. The
sentence never repeats the address, because an address may hold a password.
"""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address

HIGHEST_PORT = 65535

_HOST = re.compile(r"[\w.%-]+")
_USERINFO = re.compile(r"[^:/@]*(?::[^@]*)?@")
"""SQLAlchemy's rule: a password may hold any character but @, which is written %40."""


def database_address(url: str) -> str:
    """`postgresql://USER:PASSWORD@HOST:5432/DATABASE`, or `postgres://`."""
    wanted = "Write it like postgresql://USER:PASSWORD@HOST:5432/DATABASE"
    rest = _after_scheme(url, ("postgresql", "postgres", "postgresql+psycopg"), wanted)
    if userinfo := _USERINFO.match(rest):
        rest = rest[userinfo.end() :]
    _check_host(re.split(r"[/?]", rest, maxsplit=1)[0], wanted)
    return url


def redis_address(url: str) -> str:
    """`redis://:PASSWORD@HOST:6379/0`, or `rediss://` for TLS."""
    wanted = "Write it like redis://:PASSWORD@HOST:6379/0, or rediss:// for TLS"
    rest = _after_scheme(url, ("redis", "rediss"), wanted)
    authority, _, database = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    _check_host(authority.rpartition("@")[2], wanted)
    if database and not database.isdecimal():
        raise ValueError(f"its database is no number. {wanted}")
    return url


def http_address(url: str) -> str:
    """`https://HOST/PATH`, or `http://`."""
    wanted = "Write it like https://example.com or https://llm.example.com/v1"
    rest = _after_scheme(url, ("http", "https"), wanted)
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if not host:
        raise ValueError(f"it names no host. {wanted}")
    _check_host(host, wanted)
    if "?" in rest or "#" in rest:
        raise ValueError(f"it goes on after a '?' or '#', where no path can follow. {wanted}")
    return url


def listening_host(host: str) -> str:
    """A name or an address to listen on, without port and brackets."""
    if host.startswith("["):
        raise ValueError("an IPv6 address stands without brackets here, like ::1")
    if ":" in host:
        _check_ipv6(host)
    elif not _HOST.fullmatch(host) or ".." in host or "%" in host:
        raise ValueError("this is no host or address to listen on, like 127.0.0.1 or 0.0.0.0")
    return host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`, a name or an address in lower case.

    The unspecified address (`0.0.0.0`, `::`) does not count: a server there is reached from
    everywhere.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = unmapped(host)
    return address is not None and address.is_loopback


def leads_to_this_machine(host: str) -> bool:
    """Whether connecting to `host` from this machine reaches this machine. True also for an empty
    host and for the unspecified address."""
    address = unmapped(host)
    return not host or is_loopback(host) or (address is not None and address.is_unspecified)


def unmapped(host: str) -> IPv4Address | IPv6Address | None:
    """The address without its IPv4-in-IPv6 form: `::ffff:127.0.0.1`, as a dual-stack socket shows
    it, gives `127.0.0.1`. None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _after_scheme(url: str, schemes: Sequence[str], wanted: str) -> str:
    scheme, there_is_one, rest = url.partition("://")
    if not there_is_one:
        raise ValueError(f"it does not begin with {schemes[0]}://. {wanted}")
    if scheme.lower() not in schemes:
        raise ValueError(f"it begins with {scheme}://, which is something else. {wanted}")
    if any(character.isspace() for character in url):
        raise ValueError(f"there is a blank within it. {wanted}")
    return rest


def _check_host(authority: str, wanted: str) -> None:
    """Accept `HOST`, `HOST:PORT` or `[IPV6]:PORT`, or nothing where there is a default."""
    if authority.startswith("["):
        host, closed, port = authority[1:].partition("]")
        if not closed:
            raise ValueError(f"its IPv6 address has no closing bracket, as in [::1]. {wanted}")
        _check_ipv6(host)
        if port and not port.startswith(":"):
            raise ValueError(f"after its IPv6 address comes neither a port nor a path. {wanted}")
        port = port.removeprefix(":")
    else:
        host, _, port = authority.partition(":")
        if ":" in port:
            raise ValueError(
                "its host has several colons. An IPv6 address stands in brackets, as in [::1], "
                f"and an @, / or : of a password is written %40, %2F, %3A. {wanted}"
            )
        if host and (not _HOST.fullmatch(host) or ".." in host):
            raise ValueError(f"what stands for its host cannot be one. {wanted}")
    if port and not (port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError(f"its port is no number from 1 to {HIGHEST_PORT}. {wanted}")


def _check_ipv6(host: str) -> None:
    try:
        IPv6Address(host)
    except AddressValueError:
        raise ValueError("what looks like an IPv6 address is none like ::1") from None
