"""The types of settings, and the checks that every setting must pass.

A number must be finite, above zero, and no time-out may exceed a day. A text must be one readable
line without blanks around it. `CheckedSettings` applies this to future settings too.
"""

import logging
import math
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from limits import parse as parse_limit
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.functional_validators import model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.addresses import (
    HIGHEST_PORT,
    database_address,
    http_address,
    listening_host,
    redis_address,
)
from shared.environment import PREFIX, stripped
from shared.keyrings import private_ring, public_ring

MIN_SIGNING_KEY_BYTES = 32
HOW_TO_SIGN = (
    f"it must hold at least {MIN_SIGNING_KEY_BYTES} bytes. "
    "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
)
LARGEST_NUMBER = 2**31 - 1
LONGEST_TIMEOUT_S = 24 * 3600
MAY_BE_ZERO = frozenset({"metrics_port", "drain_timeout_s", "publish_window_s"})
MAY_HAVE_LINES = frozenset({"signing_key"})
"""Never sent in a header, and key files have several lines."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of invisible characters: control, format, lone surrogates, separators."""


def wrong(sentence: str) -> PydanticCustomError:
    """The error a validator raises. The sentence follows the setting's name and has no full
    stop."""
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})


def _checked(check: Callable[[str], str]) -> AfterValidator:
    def checked(text: str) -> str:
        try:
            return check(text)
        except ValueError as error:
            raise wrong(str(error)) from None

    return AfterValidator(checked)


def _rate(limit: str) -> str:
    try:
        amount = parse_limit(limit).amount
    except ValueError:
        amount = 0
    if amount < 1:
        raise ValueError("this is no limit like 30/minute or 10/5 minutes")
    return limit


def _log_level(level: str) -> str:
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ValueError(f"it must be one of {', '.join(known)}")
    return level.upper()


def _signing_key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < MIN_SIGNING_KEY_BYTES:
        raise wrong(HOW_TO_SIGN)
    return key


def _sent_key(key: SecretStr) -> SecretStr:
    if not key.get_secret_value().isascii():
        raise wrong("a key is made of ASCII letters, digits and signs, and this one is not")
    return key


def _private_ring(ring: SecretStr) -> SecretStr:
    text = _of_file(ring.get_secret_value())
    try:
        private_ring(text)
    except ValueError as error:
        raise wrong(str(error)) from None
    return SecretStr(text)


def _public_ring(text: str) -> str:
    text = _of_file(text)
    public_ring(text)
    return text


def _of_file(text: str) -> str:
    """The text, or what the file holds whose path it is."""
    if not text.startswith("/"):
        return text
    try:
        return Path(text).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise wrong(f"the file {text} cannot be read: {why}") from None


def _directory(path: Path) -> Path:
    if not path.is_dir():
        raise wrong(f"there is no directory {path}")
    return path


DatabaseUrl = Annotated[str, _checked(database_address)]
RedisUrl = Annotated[str, _checked(redis_address)]
HttpUrl = Annotated[str, _checked(http_address)]
Host = Annotated[str, _checked(listening_host)]
Port = Annotated[int, Field(le=HIGHEST_PORT)]
Rate = Annotated[str, _checked(_rate)]
LogLevel = Annotated[str, _checked(_log_level)]
SigningKey = Annotated[SecretStr, AfterValidator(_signing_key)]
SentKey = Annotated[SecretStr, AfterValidator(_sent_key)]
"""A key that is sent in a header."""
PrivateRing = Annotated[SecretStr, AfterValidator(_private_ring)]
"""Keys that open, newest first; or the path of a file that holds them, which is read once."""
PublicRing = Annotated[str, _checked(_public_ring)]
"""The same of keys that seal."""
Directory = Annotated[Path, AfterValidator(_directory)]


def reads(prefix: str) -> SettingsConfigDict:
    """Settings whose variables begin with `KONSTRUCT_` and this prefix."""
    return SettingsConfigDict(
        env_prefix=PREFIX + prefix, env_ignore_empty=True, extra="ignore", populate_by_name=True
    )


def named(variable: str, default: Any) -> Any:
    """A setting whose variable is not its group's prefix and its own name."""
    return Field(default, validation_alias=PREFIX + variable)


class CheckedSettings(BaseSettings):
    """Base of all groups of settings: every value is checked."""

    model_config = reads("")

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a field, found by the field's name or by the variable
        itself."""
        field = cls.model_fields.get(name)
        if field is None:
            return name
        return str(field.validation_alias or f"{cls.model_config['env_prefix']}{name}".upper())

    @classmethod
    def what_is_wrong(cls, error: ValidationError) -> dict[str, str]:
        """A sentence, without full stop, for each variable that is wrong."""
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return {cls.variable(str(each["loc"][0])): each["msg"] for each in found}

    @model_validator(mode="before")
    @classmethod
    def _blank_is_unset(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if not cls._is_blank(name, value)}

    @classmethod
    def _is_blank(cls, name: str, value: object) -> bool:
        return isinstance(value, str) and not stripped(cls.variable(name), value)

    @field_validator("*", mode="before")
    @classmethod
    def _one_plain_line(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, list):
            return [cls._one_plain_line(each, info) for each in value]
        if not isinstance(value, str):
            return value
        text = stripped(cls.variable(info.field_name or ""), value)
        for character in text if info.field_name not in MAY_HAVE_LINES else "":
            if unicodedata.category(character) in UNSEEN:
                raise wrong(
                    "there is a character in it that cannot be seen "
                    f"(U+{ord(character):04X}); write it anew"
                )
        return text

    @field_validator("*")
    @classmethod
    def _bounded(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        name = info.field_name or ""
        may_be_zero = name in MAY_BE_ZERO
        most = LONGEST_TIMEOUT_S if name.endswith("timeout_s") else LARGEST_NUMBER
        # NaN fails this comparison, as it should.
        if not (0 if may_be_zero else math.nextafter(0, 1)) <= value <= most:
            raise wrong(f"it must be {'from 0' if may_be_zero else 'above 0, and'} up to {most}")
        return value
