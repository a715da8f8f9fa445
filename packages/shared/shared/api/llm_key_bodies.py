"""What is asked and told of a business's keys to models. No key is ever told."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.llm_keys import given as pasted
from shared.llm_keys.states import SENTENCES, State
from shared.models import LlmKey

Secret = Annotated[SecretStr, Field(min_length=1, max_length=pasted.MAX_CHARS)]
Name = Annotated[str, Field(max_length=200)]


class ProviderOut(BaseModel):
    """Who sells models. `forms` are what its keys look like, as regular expressions."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    base_url: str
    forms: list[str]
    keys_at: str


class KeyOut(BaseModel):
    """A key without the key. `sentence` says what its last test or use has shown."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    provider: str
    base_url: str
    local: bool
    last4: str | None
    key_id: str | None
    """Which key of the installation it is sealed to; None where there is nothing to seal."""
    model: str | None
    models: list[str]
    state: State
    sentence: str
    revision: int
    tested_at: datetime | None
    used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, key: LlmKey) -> "KeyOut":
        return cls(
            **{name: getattr(key, name) for name in _SAME},
            key_id=key.sealed_to,
            sentence=SENTENCES[key.state],  # type: ignore[index]
        )


_SAME = (
    "id", "name", "provider", "base_url", "local", "last4", "model", "models", "state", "revision",
    "tested_at", "used_at", "created_at",
)  # fmt: skip


class ChoiceOut(BaseModel):
    """Who answers for employees without a key of their own, and who then."""

    model_config = ConfigDict(from_attributes=True)

    default_key_id: UUID | None
    fallback_key_id: UUID | None
    falls_back_to_installation: bool
    installation_granted: bool
    revision: int


class KeysOut(BaseModel):
    """All keys of a business, oldest first, and who answers. `employees` names those that have a
    key of their own."""

    items: list[KeyOut]
    choice: ChoiceOut
    employees: dict[UUID, UUID]
    next: str | None = None


class NewKey(BaseModel):
    """A key, with whose it is where its form does not say; or a server's address, with its key."""

    model_config = ConfigDict(extra="forbid")

    given: Secret
    key: Secret | None = None
    provider: str | None = Field(default=None, max_length=40)
    name: Name | None = None
    model: Name | None = None


class LocalKey(BaseModel):
    """A model server on the machine of the worker, by name."""

    model_config = ConfigDict(extra="forbid")

    server: str = Field(max_length=40)
    model: Name | None = None


class ChangeKey(BaseModel):
    """What is left out stays. Another address wants the key again."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    name: Name | None = None
    model: Name | None = None
    given: Secret | None = None
    key: Secret | None = None
    provider: str | None = Field(default=None, max_length=40)
    base_url: str | None = Field(default=None, max_length=1000)


class Choice(BaseModel):
    """Everything that is chosen. `installation_granted` is the platform admin's to say."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    default_key_id: UUID | None
    fallback_key_id: UUID | None = None
    falls_back_to_installation: bool = False
    installation_granted: bool | None = None


class EmployeesKey(BaseModel):
    """Which key answers for an employee; None is the business's default."""

    model_config = ConfigDict(extra="forbid")

    key_id: UUID | None


class LocalServerOut(BaseModel):
    """A model server that runs on the worker's machine."""

    id: Literal["ollama", "vllm", "lmstudio"]
    name: str
    models: list[str]


class LocalServers(BaseModel):
    """Those that answer there now."""

    items: list[LocalServerOut]
    next: str | None = None
