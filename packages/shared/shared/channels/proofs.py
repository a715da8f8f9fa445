"""What a platform says of an account when it is asked with the account's credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Proved:
    """Which account it is, as the platform calls it.

    `settings` are facts about it that may be shown; `own_id` among them is the author's id of what
    we say there. `credentials` are those that are made when it is proved. One that `listens` is
    told nothing by the platform: a worker asks or holds a line.
    """

    external_key: str
    name: str | None = None
    picture_url: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    listens: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Whether it is well; if not, the code and a sentence on what a person must do. `listens` if
    that may have changed since the account was proved."""

    ok: bool
    code: str | None = None
    sentence: str | None = None
    name: str | None = None
    picture_url: str | None = None
    listens: bool | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes, as the platform shows them to others."""

    name: str
    language: str | None = None
