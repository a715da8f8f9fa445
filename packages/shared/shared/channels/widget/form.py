"""What is asked of whoever opens a door: where it may stand, what it says, who may come in.

There is no platform to be logged in to, so nothing here proves an account. The two keys are for
visitors whom the business's own site knows.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from shared.channels.kept import Kept
from shared.channels.widget.keys import public_key
from shared.conversations.notices import LANGUAGES
from shared.errors import BadRequest
from shared.origins import host_of, origin_of
from shared.plain_text import one_line, prose

MOST_HOSTS = 20
LEAST_SECRET_CHARS = 32


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("door", "{sentence}", {"sentence": sentence.rstrip(".")})


def _listed(given: Any) -> Any:
    """One text, as a command or a form has it, taken apart at commas and blanks."""
    return given.replace(",", " ").split() if isinstance(given, str) else given


def _origin(host: str) -> str:
    try:
        if "://" in host:
            return origin_of(host)
        name, _, port = host.partition(":")
        return origin_of(f"https://{host_of(name)}" + (f":{port}" if port else ""))
    except ValueError as error:
        raise _wrong(f"{error}") from None


def _origins(hosts: list[str]) -> list[str]:
    return list(dict.fromkeys(_origin(host) for host in hosts))


def _languages(given: list[str]) -> list[str]:
    for language in given:
        if language not in LANGUAGES:
            raise _wrong(f"there is no language {language!r} here: {', '.join(LANGUAGES)}")
    return given or list(LANGUAGES)


def _checked(check: Any, what: str, most: int) -> AfterValidator:
    def checked(text: str) -> str:
        try:
            return str(check(what, text, max_chars=most))
        except BadRequest as error:
            raise _wrong(error.message) from None

    return AfterValidator(checked)


def _line(what: str, text: str, *, max_chars: int) -> str:
    return one_line(what, text, max_chars=max_chars, may_be_empty=True)


def _web_address(url: str) -> str:
    if url and not url.startswith("https://"):
        raise _wrong("it begins with https://")
    return url


def _secret(given: SecretStr) -> SecretStr:
    if 0 < len(given.get_secret_value().encode()) < LEAST_SECRET_CHARS:
        raise _wrong(f"a secret has at least {LEAST_SECRET_CHARS} characters")
    return given


def _key(pem: str) -> str:
    if pem:
        try:
            public_key(pem)
        except ValueError as error:
            raise _wrong(str(error)) from None
    return pem


Line = Annotated[str, _checked(_line, "This", 200)]


class WidgetForm(BaseModel):
    """`hosts` are the sites on which the loader may stand; without any there is only the page of
    our own. `mode` says whether only visitors whom the site has signed may come in."""

    hosts: Annotated[
        list[str],
        BeforeValidator(_listed),
        AfterValidator(_origins),
        Field(title="Addresses of your website", max_length=MOST_HOSTS),
    ] = []
    greeting: Annotated[
        str, _checked(prose, "The greeting", 500), Field(title="What visitors read first")
    ] = ""
    consent: Annotated[
        str,
        _checked(prose, "The text", 2_000),
        Field(title="What visitors agree to before they write"),
    ] = ""
    privacy_url: Annotated[
        Line, AfterValidator(_web_address), Field(title="Address of your privacy policy")
    ] = ""
    email: Annotated[Line, Field(title="Your e-mail address for visitors")] = ""
    phone: Annotated[Line, Field(title="Your telephone number for visitors")] = ""
    hours: Annotated[Line, Field(title="Your opening hours")] = ""
    languages: Annotated[
        list[str], BeforeValidator(_listed), AfterValidator(_languages), Field(title="Languages")
    ] = list(LANGUAGES)
    mode: Annotated[Literal["open", "required"], Field(title="Who may come in")] = "open"
    identity_secret: Annotated[
        SecretStr,
        Kept("verify"),
        AfterValidator(_secret),
        Field(title="Secret with which your site signs who a visitor is (HS256)"),
    ] = SecretStr("")
    identity_key: Annotated[
        str,
        AfterValidator(_key),
        Field(title="Or its public key (ES256 or EdDSA)", max_length=4_000),
    ] = ""
