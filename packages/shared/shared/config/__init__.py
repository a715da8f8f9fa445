"""All settings, read once from `KONSTRUCT_*` variables, at first use and never on import.

`settings` is the process's one `Settings`; each group of settings is a module here. Times are in
seconds unless the name says otherwise. Secrets have no default: `require_signing_key` stops the
start with a sentence.

Every setting is parsed when it is read. So a wrong one stops the start and is named, instead of
failing the first message that needs it. `kinds` has the types and the checks that apply to all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast, get_type_hints

from pydantic import ValidationError

from shared.config.channels import ChannelSettings
from shared.config.embeddings import EmbeddingSettings
from shared.config.gateway import GatewaySettings, RequestSettings, SocketSettings
from shared.config.handover import HandoverSettings
from shared.config.identity import IdentitySettings
from shared.config.kinds import CheckedSettings
from shared.config.limits import LimitSettings
from shared.config.model import ModelSettings
from shared.config.secrets import SecretsSettings
from shared.config.servers import DatabaseSettings, RedisSettings
from shared.config.telemetry import TelemetrySettings
from shared.config.worker import WorkerSettings
from shared.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """Every setting of every process. Each process uses the ones it needs."""

    database: DatabaseSettings
    redis: RedisSettings
    identity: IdentitySettings
    gateway: GatewaySettings
    requests: RequestSettings
    sockets: SocketSettings
    limits: LimitSettings
    worker: WorkerSettings
    handover: HandoverSettings
    model: ModelSettings
    embeddings: EmbeddingSettings
    channels: ChannelSettings
    secrets: SecretsSettings
    telemetry: TelemetrySettings

    @property
    def redis_url(self) -> str:
        return self.redis.url


GROUPS: dict[str, type[CheckedSettings]] = get_type_hints(Settings)


def variables() -> Iterator[tuple[str, str, str]]:
    """Each setting as (environment variable, group, name in the group)."""
    for group, kind in GROUPS.items():
        for field in kind.model_fields:
            yield kind.variable(field), group, field


class WrongSettings(ConfigError):
    """Settings that cannot be parsed, with the names of their variables."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


def read_settings() -> Settings:
    """The settings as the environment has them now. Raises WrongSettings with a sentence for
    each."""
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
    """The process's settings, read once. Raises WrongSettings."""
    return read_settings()


class _LazySettings:
    """Reads the environment at the first access, so that importing needs no setting."""

    def __getattr__(self, name: str) -> object:
        return getattr(get_settings(), name)


settings = cast(Settings, _LazySettings())
