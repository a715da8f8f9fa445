"""Settings of the gateway: where it listens, its public address, and the limits of requests and
sockets."""

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
    """Comma-separated browser origins allowed besides the gateway's own and that of
    `public_url`."""
    public_url: str | None = None
    """The public address of this installation, like https://chat.example.com. Links we hand out
    begin with it, and it is an allowed origin."""
    api_docs: bool = False
    """Show `/docs` and `/openapi.json` on the port people use."""
    trusted_proxies: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Comma-separated addresses or networks of proxies whose X-Forwarded-For and -Proto headers are
    believed. Failed log-ins are counted by address, so behind a proxy that is not listed all people
    count as one."""
    portal_dir: Directory | None = None
    """Directory of the built web page; by default the repository's."""

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
        """The origins a browser may come from: where this gateway listens, `public_url`, and
        `allowed_origins`."""
        return self._own_origins

    @cached_property
    def _own_origins(self) -> frozenset[str]:
        own = {spelled("http", host, self.port) for host in (self.host, *LOOPBACK) if host}
        public = {self.public_url} if self.public_url else set()
        return frozenset({self.local_url(), *own, *public, *self.allowed_origins})

    def trusts_proxy(self, address: str) -> bool:
        """Whether this address is one of our proxies, which carries many people's requests."""
        try:
            return any(ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False

    @cached_property
    def _proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(proxy) for proxy in self.trusted_proxies)

    def allows_origin(self, origin: str) -> bool:
        """Whether a page from this origin may call us. Browsers spell each origin in one way
        only."""
        return origin in self._own_origins

    def local_url(self) -> str:
        """The gateway's address for a browser on this machine."""
        return spelled("http", self._reached_at, self.port)

    def link_base(self, page_origin: str | None = None) -> str:
        """The beginning of a link we hand out: `public_url`; else the origin of the page that asks,
        if it is allowed; else this gateway's own address."""
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
    """Limits of an HTTP request."""

    model_config = reads("REQUEST_")

    head_timeout_s: float = 10.0
    """The connection is closed unless a request's first line and headers arrive within this."""
    timeout_s: float = 30.0
    """A whole request must arrive within this, and so must a fragmented WebSocket message."""
    least_bytes_per_s: int = 1_000
    """A request whose body arrives more slowly than this is ended."""
    max_bytes: int = named("MAX_REQUEST_BYTES", 1024 * 1024)
    max_upload_bytes: int = named("MAX_UPLOAD_BYTES", 20 * 1024 * 1024)
    """Of a request that brings a file."""
    upload_timeout_s: float = named("UPLOAD_TIMEOUT_S", 300.0)
    """The same as `timeout_s`, for a request that brings a file."""
    response_timeout_s: float = named("RESPONSE_TIMEOUT_S", 120.0)
    """A client that has fallen behind reading a response must catch up within this."""
    unfinished_per_address: int = named("UNFINISHED_PER_ADDRESS", 256)
    """Unfinished requests and responses per client address; above it, the oldest are closed."""


class SocketSettings(CheckedSettings):
    """Limits of a live socket."""

    auth_timeout_s: float = 5.0
    silence_timeout_s: float = 60.0
    """After this long without a frame of an awaited answer, the client gets the `silence` error."""
    silence_look_s: float = 5.0
    """After this long without one, the answer is looked for in PostgreSQL; then each time the
    silence has doubled."""
    send_timeout_s: float = 10.0
    unread_timeout_s: float = 15.0
    """The kernel closes a connection whose other side takes nothing for this long."""
    subscribe_timeout_s: float = 5.0
    queue_frames: int = named("SOCKET_QUEUE_FRAMES", 256)
    max_frame_bytes: int = 128 * 1024
    """Largest frame of a client. A whole message always fits, see `frame_bytes`."""
    max_message_chars: int = 8_000
    per_gateway: int = named("SOCKETS_PER_GATEWAY", 10_000)
    per_user: int = named("SOCKETS_PER_USER", 50)
    """Open sockets of one person on one gateway: their tabs and devices."""
    unauthenticated_per_address: int = named("UNAUTHENTICATED_SOCKETS_PER_ADDRESS", 256)
    """Unauthenticated sockets per address on one gateway. A whole office may reconnect at once."""
    frames_per_second: float = 20.0
    frames_at_once: int = 100
    """Burst of frames of one socket: a client that comes back may resend all that is unanswered."""

    def frame_bytes(self) -> int:
        """The largest frame we read. A message of `max_message_chars` always fits, even if the
        client writes each emoji as two JSON escapes, which take 12 bytes."""
        return max(self.max_frame_bytes, 12 * self.max_message_chars + 4096)


def _origin(text: str) -> str:
    try:
        return origin_of(text)
    except ValueError as error:
        raise wrong(str(error)) from None
