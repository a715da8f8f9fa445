"""What a person pastes into the one field: a key, or the address of a server. Whose it is.

Nothing of a key is repeated in an error.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.errors import BadRequest
from shared.llm_keys.providers import LOCAL_SERVERS, PROVIDERS, SERVER, whose

MAX_CHARS = 4_096
MAX_ADDRESS_CHARS = 500
SHORTEST_SHOWN_CHARS = 16
"""Of a shorter key, four characters would be too much to show."""
_WRAPPING = re.compile(r"""^(?:export\s+)?(?:[A-Z][A-Z0-9_]*\s*=\s*)?(?:bearer\s+)?""", re.I)
_ADDRESS = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*://|^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])(:|/|$)"
)
_ENDINGS = ("/chat/completions", "/completions", "/models", "/responses")
_TELLING = re.compile(r"[-_.]")
"""A form with one of these says whose key it is; bare letters and digits could be anybody's."""
_ADMINS = re.compile(r"sk-(ant-)?admin")


@dataclass(frozen=True, slots=True)
class Given:
    """A key with whose it is, or a server with or without one."""

    provider: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    local: bool = False

    @property
    def default_name(self) -> str:
        if self.local:
            return next(each.name for each in LOCAL_SERVERS if each.base_url == self.base_url)
        if self.provider == SERVER:
            return urlsplit(self.base_url).netloc
        return PROVIDERS[self.provider].name

    @property
    def last4(self) -> str | None:
        return self.key[-4:] if self.key and len(self.key) >= SHORTEST_SHOWN_CHARS else None


def read(given: str, *, key: str | None = None, provider: str | None = None) -> Given:
    """What was given: a key, of `provider` where its form says too little, or an address, where
    `key` is what that server asks for. Raises BadRequest."""
    given = _unwrapped(given)
    if _ADDRESS.search(given):
        if provider not in (None, SERVER):
            raise BadRequest("An address is no key. Give the key, or leave out whose it is.")
        return Given(SERVER, address(given), _key(key) if key else None)
    if provider == SERVER:
        raise BadRequest("Give the server's address, like https://llm.example.com/v1.")
    if key:
        raise BadRequest("Give one key, or the address of a server and its key.")
    plain = _key(given)
    known = _provider(plain, provider)
    return Given(known, PROVIDERS[known].base_url, plain)


def of_server(base_url: str, key: str) -> Given:
    """The key of a server at this address. Raises BadRequest."""
    return Given(SERVER, address(base_url), _key(key))


def local(server: str) -> Given:
    """A model server on the worker's own machine, by its name. Raises BadRequest."""
    found = next((each for each in LOCAL_SERVERS if each.id == server), None)
    if found is None:
        names = ", ".join(each.id for each in LOCAL_SERVERS)
        raise BadRequest(f"There is no such local server. There are: {names}.")
    return Given(SERVER, found.base_url, local=True)


def address(text: str) -> str:
    """Of an OpenAI-compatible server, as requests are sent there: without an ending that belongs to
    one kind of request, with /v1 where there is no path. Raises BadRequest."""
    text = text.strip()
    if len(text) > MAX_ADDRESS_CHARS:
        raise BadRequest(f"An address has at most {MAX_ADDRESS_CHARS} characters.")
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadRequest(
            "This address cannot be read. One looks like https://llm.example.com/v1."
        ) from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise BadRequest(
            "An address begins with https:// and a name, like https://llm.example.com/v1."
        )
    if parts.username is not None or parts.password is not None:
        raise BadRequest(
            "An address has no name or password in it, before an @. Give the key by itself."
        )
    if parts.query or parts.fragment or port == 0 or not text.isprintable() or " " in text:
        raise BadRequest("An address ends with its path, like https://llm.example.com/v1.")
    path = parts.path.rstrip("/")
    for ending in _ENDINGS:
        path = path.removesuffix(ending)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{path or '/v1'}"


def _unwrapped(text: str) -> str:
    """Without what is often copied along: blanks, quotes, a variable's name, `Bearer`."""
    text = _WRAPPING.sub("", text.strip(), count=1)
    return text.strip().strip("\"'`").strip()


def _key(text: str) -> str:
    text = _unwrapped(text)
    if not text:
        raise BadRequest("Give a key, or the address of a server.")
    if len(text) > MAX_CHARS or not text.isascii() or not text.isprintable() or " " in text:
        raise BadRequest(
            "A key is one word of letters, digits and signs. Copy it once more, alone.",
            code="key_unreadable",
        )
    return text


def _provider(key: str, named: str | None) -> str:
    if _ADMINS.match(key):
        raise BadRequest(
            "This key administers an account and answers nobody. Make one for the API.",
            code="key_is_admins",
        )
    fitting = whose(key)
    if named is not None:
        if named not in PROVIDERS:
            raise BadRequest(
                f"There is no provider of that name. There are: {', '.join(PROVIDERS)}."
            )
        if fitting and _TELLING.search(key) and named not in {provider.id for provider in fitting}:
            names = " or ".join(provider.name for provider in fitting)
            raise BadRequest(
                f"This looks like a key of {names}, and is sent to nobody else. Copy the right "
                "one, or say that it is theirs.",
                code="key_of_another",
            )
        return named
    if not fitting:
        raise BadRequest(
            "We do not know whose key looks like this. Say whose it is, or give the address of the "
            "server it is for.",
            code="key_unknown",
        )
    if len(fitting) > 1:
        names = " and ".join(provider.name for provider in fitting)
        raise BadRequest(f"Keys of {names} look like this. Say whose it is.", code="key_ambiguous")
    return fitting[0].id
