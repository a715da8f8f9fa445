"""The settings a person gives, and which parts need not be started because of them.

A given value always wins: with a PostgreSQL, a Valkey or a model of the person's own, ours is not
started. All other `KONSTRUCT_*` settings reach every process unchanged.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shared.environment import PREFIX, clean


@dataclass(frozen=True)
class GivenSettings:
    values: Mapping[str, str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "GivenSettings":
        """The settings of the environment. An empty value counts as not set."""
        source = clean(os.environ if environment is None else environment)
        return cls({name: v for name, v in source.items() if name.startswith(PREFIX) and v})

    @property
    def has_database(self) -> bool:
        return "KONSTRUCT_DATABASE_URL" in self.values

    @property
    def has_owner_database(self) -> bool:
        return "KONSTRUCT_OWNER_DATABASE_URL" in self.values

    @property
    def has_redis(self) -> bool:
        return "KONSTRUCT_REDIS_URL" in self.values

    @property
    def has_model(self) -> bool:
        return "KONSTRUCT_LLM_BASE_URL" in self.values or "KONSTRUCT_LLM_MODEL" in self.values
