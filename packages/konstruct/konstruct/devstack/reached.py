"""Where people reach a running `konstruct up`, and at which addresses their browser is refused.

A page may use the gateway only from a known origin: its own addresses on this machine, and those in
the settings. A gateway that listens on every address is reachable at many more.
"""

import socket
from collections.abc import Iterator

from shared.addresses import is_loopback
from shared.config.gateway import GatewaySettings
from shared.origins import EVERY_ADDRESS, host_of, spelled

FAR_AWAY = ("192.0.2.1", 9)
"""An address of nobody's network (RFC 5737). Nothing is sent; only the route is looked up."""


def where_pages_are_refused(
    settings: GatewaySettings, hosts: frozenset[str] | None = None
) -> str | None:
    """A sentence on the addresses where a browser gets the page but may not use the gateway; None
    if there are none. `hosts` are this machine's names and addresses, by default looked up."""
    if settings.host not in EVERY_ADDRESS:
        return None
    found = hosts if hosts is not None else frozenset(_hosts_of_this_machine())
    origins = sorted(spelled("http", host, settings.port) for host in found)
    refused = [origin for origin in origins if not settings.allows_origin(origin)]
    if not refused:
        return None
    return (
        f"Others find it at {' or '.join(refused)}, where their browser is refused until you name "
        f"the address they use: KONSTRUCT_PUBLIC_URL={refused[0]}, and further ones in "
        "KONSTRUCT_ALLOWED_ORIGINS."
    )


def _hosts_of_this_machine() -> Iterator[str]:
    """This machine's name, and its address towards others. Neither asks the network."""
    try:
        name = host_of(socket.gethostname())
        if not is_loopback(name):
            yield name
    except ValueError:
        pass  # a name no browser could use
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
            way_out.connect(FAR_AWAY)
            yield str(way_out.getsockname()[0])
    except OSError:
        pass  # this machine has no network
