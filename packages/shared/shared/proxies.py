"""Which proxy an address is reached through: one rule for all of our outgoing HTTP.

HTTP_PROXY, HTTPS_PROXY and else ALL_PROXY name the proxy. NO_PROXY (names, domains, addresses,
networks, `*`) lists what is reached directly. Lower-case names win, as with curl. This machine is
always reached directly: a proxy would look for 127.0.0.1 on its own machine.
"""

import os
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from shared.addresses import http_address, leads_to_this_machine
from shared.errors import ConfigError

_PLAIN = {"ws": "http", "wss": "https"}


def proxy_for(url: str) -> str | None:
    """The proxy's address, or None to connect directly. Raises ConfigError, naming the variable,
    for an invalid proxy."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    scheme = _PLAIN.get(parts.scheme, parts.scheme)
    for variable in (f"{scheme}_proxy", "all_proxy"):
        if proxy := _read(variable):
            if leads_to_this_machine(host) or _goes_straight(host, parts.port):
                return None
            return _address(variable, proxy)
    return None


def _read(variable: str) -> str:
    return (os.environ.get(variable) or os.environ.get(variable.upper()) or "").strip()


def _address(variable: str, proxy: str) -> str:
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        return http_address(proxy)
    except ValueError as error:
        raise ConfigError(
            f"{variable.upper()} is not right: {error}. A proxy is written like "
            "http://proxy.example.com:3128; other kinds are not spoken."
        ) from None


def _goes_straight(host: str, port: int | None) -> bool:
    entries = (entry.strip().lower() for entry in _read("no_proxy").split(","))
    return any(_matches(entry, host, port) for entry in entries if entry)


def _matches(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass  # one of the two is a name
    name, _, of_port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
    if of_port and of_port != str(port):
        return False
    domain = name.removeprefix("*").removeprefix(".")
    return host == domain or host.endswith(f".{domain}")
