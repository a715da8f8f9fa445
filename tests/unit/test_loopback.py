"""Whether an address is this machine's own: one answer, however it is written."""

import pytest
from shared.addresses import is_loopback, leads_to_this_machine
from shared.api.auth import counted_as

LOOPBACK = (
    "localhost",
    "model.localhost",
    "127.0.0.1",
    "127.8.9.10",
    "::1",
    "::ffff:127.0.0.1",  # how a socket for IPv4 and IPv6 shows a client of this machine
)
UNSPECIFIED = ("0.0.0.0", "::", "::ffff:0.0.0.0")
ELSEWHERE = ("192.168.1.5", "2001:db8::5", "::ffff:192.168.1.5", "example.com", "notlocalhost")


@pytest.mark.parametrize("host", LOOPBACK)
def test_it_is_reached_by_this_machine_alone(host: str) -> None:
    assert is_loopback(host)
    assert leads_to_this_machine(host)


@pytest.mark.parametrize("host", UNSPECIFIED)
def test_who_listens_on_every_address_is_reached_by_others_and_found_here(host: str) -> None:
    assert not is_loopback(host)
    assert leads_to_this_machine(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_it_is_another_machine(host: str) -> None:
    assert not is_loopback(host)
    assert not leads_to_this_machine(host)


def test_a_client_is_counted_the_same_by_either_socket() -> None:
    assert counted_as("::ffff:192.0.2.7") == counted_as("192.0.2.7") == "192.0.2.7"
    assert counted_as("2001:db8:1:2:3::4") == counted_as("2001:db8:1:2::9")
