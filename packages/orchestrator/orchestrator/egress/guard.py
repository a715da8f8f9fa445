"""Resolves a name once, refuses what may not be reached, and connects to exactly what was checked.

A second look-up of the name between check and connection could give another address; there is
none. The name stays the one that TLS asks for and checks the certificate by.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore2

from orchestrator.egress.addresses import Address, Allowed, is_public
from orchestrator.egress.refused import EgressRefused

RESOLVE_WITHIN_S = 5.0
RESOLVED_AT_ONCE = 16
MOST_ADDRESSES = 16
Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]


async def resolve(host: str, port: int) -> list[Address]:
    """Every address of the name, by the system's resolver. Raises OSError, TimeoutError."""
    async with asyncio.timeout(RESOLVE_WITHIN_S):
        found = await asyncio.get_running_loop().run_in_executor(
            _resolving(), _addresses, host, port
        )
    # An address with a zone (fe80::1%eth0) is link-local, and refused by what stands before it.
    return list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))


def _addresses(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)


@cache
def _resolving() -> ThreadPoolExecutor:
    """Threads of its own: a name whose servers never answer holds one for as long as the system's
    resolver asks, and others need the loop's."""
    return ThreadPoolExecutor(RESOLVED_AT_ONCE, "resolve")


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens the connections of a pool. `plain`: for http, which only what is allowed may speak."""

    def __init__(self, allowed: Allowed, *, plain: bool, resolver: Resolver = resolve) -> None:
        self._allowed = allowed
        self._plain = plain
        self._resolve = resolver
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        began = time.monotonic()
        addresses = await self._checked(host, port)
        error: Exception | None = None
        for address in addresses:
            left = None if timeout is None else timeout - (time.monotonic() - began)
            if left is not None and left <= 0:
                break
            try:
                return await self._backend.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                error = failed
        raise error or httpcore2.ConnectTimeout("no address answered in time")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        raise EgressRefused("blocked_address", "A socket of this machine is no address.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[Address]:
        """All addresses of the host, if every one may be reached. Raises EgressRefused."""
        try:
            addresses = (await self._resolve(host, port))[:MOST_ADDRESSES]
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"{host} was not found in time") from None
        except (OSError, UnicodeError):
            raise httpcore2.ConnectError(f"{host} was not found") from None
        if not addresses:
            raise httpcore2.ConnectError(f"{host} has no address")
        if self._allowed.host(host):
            return addresses
        if not all(self._may_be_reached(address) for address in addresses):
            raise EgressRefused(
                "blocked_address",
                f"{host} is not reached from here: it is no public address, or is asked without "
                "https. The operator can allow it with KONSTRUCT_EGRESS_ALLOW.",
            )
        return addresses

    def _may_be_reached(self, address: Address) -> bool:
        return self._allowed.address(address) or (not self._plain and is_public(address))
