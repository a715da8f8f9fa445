"""All settings, read once from `KONSTRUCT_*` environment variables at first use, never on import.

`settings` stands for the one `Settings` of the process. Times are seconds unless the name says
otherwise. Secrets have no default: `require_signing_key` stops the start with a sentence.

Every setting is parsed when it is read, so that a wrong one stops the start by its name and not
the first message that needs it: `setting_kinds` has what each can be and all are held to.
"""

from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, cast

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.environment import PREFIX
from shared.errors import ConfigError
from shared.origins import EVERY_ADDRESS, host_of, origin_of, spelled
from shared.setting_kinds import (
    HOW_TO_SIGN,
    CheckedSettings,
    DatabaseUrl,
    Directory,
    Host,
    HttpUrl,
    LogLevel,
    Port,
    Rate,
    RedisUrl,
    SentKey,
    SigningKey,
    variable,
    wrong,
)

PROVIDERS = ("openai", "anthropic")
"""Of models that need no base URL: `provider:name`."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(CheckedSettings):
    """Every setting of every process; a process uses what it needs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    # Servers
    database_url: DatabaseUrl | None = None
    """PostgreSQL as the application role, which row-level security binds."""
    owner_database_url: DatabaseUrl | None = None
    """PostgreSQL as the owner of the tables; migrations alone use it."""
    redis_url: RedisUrl = "redis://127.0.0.1:6379/0"

    database_pool_size: int = 16
    """Connections per process at most, which carry what one core can do; they are kept, because
    opening one costs 10 ms of CPU. How many that makes of all: `shared.db.connection_room`."""
    database_pool_timeout_s: float = 5.0
    database_connect_timeout_s: float = 5.0
    database_statement_timeout_s: float = 10.0
    database_transaction_timeout_s: float = 30.0
    """After that its connection is ended, though the server says nothing."""
    redis_connect_timeout_s: float = 2.0
    redis_socket_timeout_s: float = 5.0
    redis_pool_size: int = 32
    outbox_size: int = 10_000
    """Nudges and frames waiting to leave for Valkey; one more is dropped, as if it were away."""

    # Identity
    signing_key: SigningKey | None = None
    access_token_ttl_s: int = 15 * 60
    refresh_token_ttl_s: int = 30 * 24 * 3600
    invitation_ttl_s: int = 7 * 24 * 3600
    session_check_ttl_s: float = 5.0
    """How long a socket or request may trust its last look at the caller's rights."""
    cookie_secure: bool = False
    """Set where the portal is served over HTTPS."""

    # Gateway
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
    auth_timeout_s: float = 5.0
    silence_timeout_s: float = 60.0
    """An answer of which nothing is heard for so long: the person is told."""
    silence_look_s: float = 5.0
    """After so long, and twice as long, and so on, it is looked for in PostgreSQL."""
    send_timeout_s: float = 10.0
    unread_timeout_s: float = 15.0
    """A connection whose other side takes nothing for so long is ended by the kernel."""
    socket_queue_frames: int = 256
    max_frame_bytes: int = 128 * 1024
    """Of a client's frame; never less than a whole message needs, see `frame_bytes`."""
    request_head_timeout_s: float = 10.0
    """A request's first line and headers come within this, or its connection is ended."""
    request_timeout_s: float = 30.0
    """A whole request comes within this, and a message that a socket sends in pieces."""
    request_least_bytes_per_s: int = 1_000
    """A request whose body comes more slowly is ended."""
    response_timeout_s: float = 120.0
    """A client that is behind with taking what we write has caught up within this."""
    unfinished_per_address: int = 256
    """Requests being read and answers being taken at once, of one address; the oldest give way."""
    max_request_bytes: int = 1024 * 1024
    sockets_per_gateway: int = 10_000
    sockets_per_user: int = 50
    """Open at once on one gateway: tabs and devices of one person."""
    unauthenticated_sockets_per_address: int = 256
    """Open at once on one gateway; an office behind one address connects again all at once."""
    frames_per_second: float = 20.0
    frames_at_once: int = 100
    """Of one socket: a client that comes back may send again what it has had no answer to."""
    max_message_chars: int = 8_000
    subscribe_timeout_s: float = 5.0

    limits_enabled: bool = True
    """False lifts every rate and connection limit, for load tests. Runs at once stay bounded."""
    login_limit: Rate = "10/5 minutes"
    """Failed log-ins per e-mail."""
    login_address_limit: Rate = "100/5 minutes"
    """Failed log-ins per address, behind which may be an office."""
    invitation_limit: Rate = "20/5 minutes"
    """Invitation links that open nothing, per address."""
    message_limit: Rate = "30/minute"
    """Messages per user."""
    tenant_messages_per_minute: int = 600
    tenant_tokens_per_day: int = 50_000_000
    """Read and written together; far above what people use, near enough to end a runaway."""
    tenant_runs_at_once: int = 256
    """Of a worker's 320, so that one tenant's flood leaves room. More than these wait."""
    tenant_limits_ttl_s: float = 10.0
    """How long a gateway goes by what it last read of a tenant's limits and tokens."""

    # Worker
    worker_concurrency: int = 320
    lease_ttl_s: float = 6.0
    lease_renew_s: float = 2.0
    sweep_interval_s: float = 2.0
    first_nudge_s: float = 3.0
    """A pending run is nudged again after this, then after twice as long, and so on."""
    max_nudge_s: float = 60.0
    max_attempts: int = 3
    run_deadline_s: float = 120.0
    drain_timeout_s: float = 5.0
    publish_window_s: float = 0.08
    """Longest time streamed text waits to go out together."""

    # Model
    llm_base_url: HttpUrl | None = None
    llm_api_key: SentKey | None = None
    llm_model: str = "openai:gpt-5-mini"
    """With a base URL, the model's name there; without, `provider:name`."""
    llm_practice: bool = False
    """Whether it is the toy that `konstruct up` brings along, of which people are told."""
    llm_context_tokens: int = 8_000
    llm_max_answer_tokens: int = 1_024
    llm_first_byte_timeout_s: float = 60.0
    llm_between_pieces_timeout_s: float = 30.0
    llm_max_answer_chars: int = 64_000
    """Where a model that does not stop is stopped; bounds an answer's memory."""
    llm_max_requests: int = 8
    """Turns between the model and its tools in one answer."""

    # Seeing inside
    canary_interval_s: float = 5.0
    """How often a gateway sends a task the way of every message, when the last has come back."""
    canary_timeout_s: float = 15.0
    """One that is out so long says that nobody is answered."""
    backlog_interval_s: float = 5.0
    """How often a worker looks at what waits for all of them."""
    deaf_after_s: float = 20.0
    """A worker that takes nothing for so long, though nudges wait, ends to be started anew."""
    metrics_port: Port | None = None
    """Where this process shows `/metrics`, `/healthz` and `/readyz`; 0 takes any free port."""
    metrics_host: Host = "127.0.0.1"
    """Figures tell how much business is done: whoever may not know must not reach the port."""
    metrics_token: SentKey | None = None
    """Asked for as a bearer token if set; without it the gateway's own port shows no figures."""

    log_level: LogLevel = "INFO"
    log_json: bool = True

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

    @field_validator("llm_model")
    @classmethod
    def _can_be_asked(cls, model: str, info: ValidationInfo) -> str:
        provider, _, name = model.partition(":")
        # A base URL that is wrong itself is told of alone.
        if info.data.get("llm_base_url", "") is None and not (provider in PROVIDERS and name):
            raise wrong(
                f"'{model}' names no model. Set it to one like openai:gpt-5-mini, or "
                "KONSTRUCT_LLM_BASE_URL to the OpenAI-compatible endpoint that has it"
            )
        return model

    def require_database_url(self) -> str:
        if not self.database_url:
            raise ConfigError(
                "KONSTRUCT_DATABASE_URL is not set. `konstruct up` starts everything by itself; "
                "`konstruct env` prints the settings of one that runs."
            )
        return self.database_url

    def require_signing_key(self) -> str:
        if self.signing_key is None:
            raise ConfigError(f"KONSTRUCT_SIGNING_KEY is not set: {HOW_TO_SIGN}.")
        return self.signing_key.get_secret_value()

    def frame_bytes(self) -> int:
        """The largest frame that is read. A message of `max_message_chars` always fits, even if
        the client writes each emoji as JSON's two escapes, which are 12 bytes."""
        return max(self.max_frame_bytes, 12 * self.max_message_chars + 4096)

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


def _origin(text: str) -> str:
    try:
        return origin_of(text)
    except ValueError as error:
        raise wrong(str(error)) from None


class WrongSettings(ConfigError):
    """Settings that cannot be understood, and the names of their variables."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


def read_settings() -> Settings:
    """As the environment has them now. Raises WrongSettings, with a sentence for each."""
    try:
        return Settings()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        said = {variable(str(each["loc"][0])): each["msg"] for each in found}
        raise WrongSettings(
            " ".join(f"{name} is not right: {why}." for name, why in said.items()), tuple(said)
        ) from None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Those of this process, read once. Raises WrongSettings."""
    return read_settings()


class _LazySettings:
    """Reads the environment when a setting is first asked for, so importing needs nothing."""

    def __getattr__(self, name: str) -> object:
        return getattr(get_settings(), name)


settings = cast(Settings, _LazySettings())
