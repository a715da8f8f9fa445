"""Which addresses may be reached.

Public ones: global, and neither multicast nor a way to wrap another address (NAT64, 6to4, Teredo,
IPv4 in IPv6) nor one that a cloud answers itself. And those that the operator allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # shared by a provider's customers; Alibaba's metadata
            "168.63.129.16/32",  # Azure's own services, of every virtual machine
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",  # Teredo, ORCHID and others with a meaning of their own
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
        ),
    )
)


def is_public(address: Address) -> bool:
    """Whether the whole Internet reaches the same machine there."""
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address.version == net.version and address in net for net in NOT_PUBLIC)
    )


@dataclass(frozen=True)
class Allowed:
    """KONSTRUCT_EGRESS_ALLOW: networks, and hosts by name."""

    entries: Sequence[str]

    def host(self, host: str) -> bool:
        """Whether this name is allowed, wherever it leads."""
        return host.lower().rstrip(".") in self._hosts

    def address(self, address: Address) -> bool:
        """Whether it is in an allowed network; an IPv4 address within IPv6 counts as itself."""
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain.version == net.version and plain in net for net in self._networks)

    @cached_property
    def _networks(self) -> list[Network]:
        return [net for entry in self.entries if (net := as_network(entry)) is not None]

    @cached_property
    def _hosts(self) -> frozenset[str]:
        names = (entry for entry in self.entries if as_network(entry) is None)
        return frozenset(name.lower().rstrip(".") for name in names)


def as_network(entry: str) -> Network | None:
    """None for a name."""
    try:
        return ip_network(entry.strip("[]"))
    except ValueError:
        return None
