"""Which addresses a tenant may make us speak to."""

from ipaddress import ip_address

import pytest
from orchestrator.egress.addresses import Allowed, is_public

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"]
INSIDE = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"],
    "link-local, where clouds answer": ["169.254.169.254", "fe80::1", "fd00:ec2::254"],
    "clouds by other addresses": ["168.63.129.16", "100.100.100.200", "192.0.0.192"],
    "a provider's customers": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "224.0.1.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "203.0.113.9"],
    "IPv4 in IPv6": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "192.88.99.1"],
    "Teredo and its neighbours": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1"],
    "documentation and other uses": ["2001:db8::1", "3fff::1", "5f00::1", "100::1", "fec0::1"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_what_the_whole_internet_reaches_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", [each for kind in INSIDE.values() for each in kind])
def test_nothing_else_is(address: str) -> None:
    assert not is_public(ip_address(address))


def test_the_operator_allows_networks_and_names() -> None:
    allowed = Allowed(["10.1.0.0/16", "fd00:1::/32", "127.0.0.1", "llm.internal"])
    for inside in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "127.0.0.1"):
        assert allowed.address(ip_address(inside)), inside
    for outside in ("10.2.0.1", "fd00:2::5", "127.0.0.2", "64:ff9b::a01:203"):
        assert not allowed.address(ip_address(outside)), outside
    assert allowed.host("LLM.internal.")
    assert not allowed.host("other.llm.internal")
    assert not Allowed([]).address(ip_address("10.1.2.3"))
