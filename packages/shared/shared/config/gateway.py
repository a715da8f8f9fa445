"""The gateway: where it listens, where people reach it, and the bounds of requests and sockets."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from shared.config.kinds import CheckedSettings, Directory, Host, Port, named, reads, wrong
from shared.origins import EVERY_ADDRESS, host_of, origin_of, spelled

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class GatewaySettings(CheckedSettings):
    """Where the gateway listens and where people reach it."""

    host: Host = "127.0.0.1"
    port: Port = 8000
    allowed_origins: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Browser origins beside the gateway's own and that of `public_url`, comma-separated."""
    public_url: str | None = None
    """Where people reach this installation, like https://chat.example.com: the beginning of links
    that are handed over, and an allowed origin."""
    api_docs: bool = False
    """Show `/docs` and `/openapi.json` on the port people use."""
    trusted_proxies: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Addresses or networks, comma-separated, whose X-Forwarded-For and -Proto are believed:
    attempts to log in are counted by address, so behind an unnamed proxy all people are one."""
    portal_dir: Directory | None = None
    """The built web page; without it, that of the repository."""

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, proxies: list[str]) -> list[str]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError:
                raise wrong(f"'{proxy}' is no address or network like 10.0.0.0/8") from None
        return proxies

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: list[str]) -> list[str]:
        return [_origin(origin) for origin in origins]

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str | None) -> str | None:
        return url and _origin(url)

    def own_origins(self) -> frozenset[str]:
        """Origins a browser may come from: where this gateway listens, `public_url`, and those
        allowed by name."""
        return self._own_origins

    @cached_property
    def _own_origins(self) -> frozenset[str]:
        own = {spelled("http", host, self.port) for host in (self.host, *LOOPBACK) if host}
        public = {self.public_url} if self.public_url else set()
        return frozenset({self.local_url(), *own, *public, *self.allowed_origins})

    def trusts_proxy(self, address: str) -> bool:
        """Whether this is a proxy of ours, which speaks for many."""
        try:
            return any(ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False

    @cached_property
    def _proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(proxy) for proxy in self.trusted_proxies)

    def allows_origin(self, origin: str) -> bool:
        """Whether a page from there is one of ours. Browsers have one spelling for each origin."""
        return origin in self._own_origins

    def local_url(self) -> str:
        """Where a browser on this machine finds the gateway."""
        return spelled("http", self._reached_at, self.port)

    def link_base(self, page_origin: str | None = None) -> str:
        """What a link to be handed over begins with: `public_url`, or else the origin of the page
        that asks for it, if it is one of ours, or else this gateway's own address."""
        if self.public_url:
            return self.public_url
        return page_origin if page_origin and self.allows_origin(page_origin) else self.local_url()

    @cached_property
    def _reached_at(self) -> str:
        if self.host in EVERY_ADDRESS:
            return "::1" if self.host == "::" else "127.0.0.1"
        try:
            return host_of(self.host)
        except ValueError:
            return self.host


class RequestSettings(CheckedSettings):
    """Bounds of a request over HTTP."""

    model_config = reads("REQUEST_")

    head_timeout_s: float = 10.0
    """A request's first line and headers come within this, or its connection is ended."""
    timeout_s: float = 30.0
    """A whole request comes within this, and a message that a socket sends in pieces."""
    least_bytes_per_s: int = 1_000
    """A request whose body comes more slowly is ended."""
    max_bytes: int = named("MAX_REQUEST_BYTES", 1024 * 1024)
    response_timeout_s: float = named("RESPONSE_TIMEOUT_S", 120.0)
    """A client that is behind with taking what we write has caught up within this."""
    unfinished_per_address: int = named("UNFINISHED_PER_ADDRESS", 256)
    """Requests being read and answers being taken at once, of one address; the oldest give way."""


class SocketSettings(CheckedSettings):
    """Bounds of a live socket."""

    auth_timeout_s: float = 5.0
    silence_timeout_s: float = 60.0
    """An answer of which nothing is heard for so long: the person is told."""
    silence_look_s: float = 5.0
    """After so long, and twice as long, and so on, it is looked for in PostgreSQL."""
    send_timeout_s: float = 10.0
    unread_timeout_s: float = 15.0
    """A connection whose other side takes nothing for so long is ended by the kernel."""
    subscribe_timeout_s: float = 5.0
    queue_frames: int = named("SOCKET_QUEUE_FRAMES", 256)
    max_frame_bytes: int = 128 * 1024
    """Of a client's frame; never less than a whole message needs, see `frame_bytes`."""
    max_message_chars: int = 8_000
    per_gateway: int = named("SOCKETS_PER_GATEWAY", 10_000)
    per_user: int = named("SOCKETS_PER_USER", 50)
    """Open at once on one gateway: tabs and devices of one person."""
    unauthenticated_per_address: int = named("UNAUTHENTICATED_SOCKETS_PER_ADDRESS", 256)
    """Open at once on one gateway; an office behind one address connects again all at once."""
    frames_per_second: float = 20.0
    frames_at_once: int = 100
    """Of one socket: a client that comes back may send again what it has had no answer to."""

    def frame_bytes(self) -> int:
        """The largest frame that is read. A message of `max_message_chars` always fits, even if
        the client writes each emoji as JSON's two escapes, which are 12 bytes."""
        return max(self.max_frame_bytes, 12 * self.max_message_chars + 4096)


def _origin(text: str) -> str:
    try:
        return origin_of(text)
    except ValueError as error:
        raise wrong(str(error)) from None
