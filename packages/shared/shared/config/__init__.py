"""All settings, read once from `KONSTRUCT_*` environment variables at first use, never on import.

`settings` stands for the one `Settings` of the process; a group of them is a module here. Times are
seconds unless the name says otherwise. Secrets have no default: `require_signing_key` stops the
start with a sentence.

Every setting is parsed when it is read, so that a wrong one stops the start by its name and not
the first message that needs it: `kinds` has what each can be and all are held to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast, get_type_hints

from pydantic import ValidationError

from shared.config.channels import ChannelSettings
from shared.config.gateway import GatewaySettings, RequestSettings, SocketSettings
from shared.config.identity import IdentitySettings
from shared.config.kinds import CheckedSettings
from shared.config.limits import LimitSettings
from shared.config.model import ModelSettings
from shared.config.servers import DatabaseSettings, RedisSettings
from shared.config.telemetry import TelemetrySettings
from shared.config.worker import WorkerSettings
from shared.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """Every setting of every process; a process uses what it needs."""

    database: DatabaseSettings
    redis: RedisSettings
    identity: IdentitySettings
    gateway: GatewaySettings
    requests: RequestSettings
    sockets: SocketSettings
    limits: LimitSettings
    worker: WorkerSettings
    model: ModelSettings
    channels: ChannelSettings
    telemetry: TelemetrySettings

    @property
    def redis_url(self) -> str:
        return self.redis.url


GROUPS: dict[str, type[CheckedSettings]] = get_type_hints(Settings)


def variables() -> Iterator[tuple[str, str, str]]:
    """Each setting: its environment variable, its group, its name there."""
    for group, kind in GROUPS.items():
        for field in kind.model_fields:
            yield kind.variable(field), group, field


class WrongSettings(ConfigError):
    """Settings that cannot be understood, and the names of their variables."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


def read_settings() -> Settings:
    """As the environment has them now. Raises WrongSettings, with a sentence for each."""
    read: dict[str, Any] = {}
    said: dict[str, str] = {}
    for group, kind in GROUPS.items():
        try:
            read[group] = kind()
        except ValidationError as error:
            said |= kind.what_is_wrong(error)
    if said:
        raise WrongSettings(
            " ".join(f"{name} is not right: {why}." for name, why in said.items()), tuple(said)
        )
    return Settings(**read)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Those of this process, read once. Raises WrongSettings."""
    return read_settings()


class _LazySettings:
    """Reads the environment when a setting is first asked for, so importing needs nothing."""

    def __getattr__(self, name: str) -> object:
        return getattr(get_settings(), name)


settings = cast(Settings, _LazySettings())
