"""What of the environment reaches us: our own settings, and what a program needs to run at all.

Libraries read variables behind our back: libpq takes PGCLIENTENCODING and PGSSLMODE, Celery takes
CELERY_BROKER_URL over what it was told, uvicorn WEB_CONCURRENCY, SDKs a base URL of their own. So
every process of ours begins by keeping what is listed here, and gives its children no more.

Promises: `KONSTRUCT_*` values have no line end or blank around them; a name that is not listed is
gone, for us and for the libraries, whether they are written in Python or in C.
"""

import os
import string
from collections.abc import Mapping

PREFIX = "KONSTRUCT_"

_PREFIXES = (
    PREFIX,
    "OTEL_",  # where traces go: docs/operations.md
    "LC_",
    "XDG_",
)
_NAMES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ"),
        *("TMPDIR", "TEMP", "TMP"),
        # Where an interpreter finds its code and its libraries.
        *("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        # The company's certificates and proxy: see `proxies`.
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        # Of providers the key alone; where requests go is said by our settings.
        *("OPENAI_API_KEY", "ANTHROPIC_API_KEY"),
        # The person's terminal and desktop.
        *("TERM", "TERMINFO", "TERMINFO_DIRS", "INPUTRC", "COLORTERM", "COLUMNS", "LINES"),
        *("NO_COLOR", "FORCE_COLOR"),
        *("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"),
        *("SSH_CONNECTION", "SSH_TTY", "WSL_DISTRO_NAME"),
    }
)
_PASSWORDS = ("_PASSWORD",)
_INVISIBLE = "\ufeff\u200b\u2060"
"""What a paste from a page or an editor brings along: byte order mark, zero-width blanks."""


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that is ours to know, its settings stripped."""
    return {
        name: stripped(name, value)
        for name, value in environment.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    }


def stripped(name: str, value: str) -> str:
    """A setting's value without what an editor or a file brought along. The blanks of a password
    are its own; the line ends are not."""
    if not name.startswith(PREFIX) and not name.endswith("_API_KEY"):
        return value
    if name.endswith(_PASSWORDS):
        return value.strip("\r\n")
    return value.strip().strip(_INVISIBLE + string.whitespace)


_before: dict[str, str] = {}


def keep_ours() -> None:
    """Clean the environment of this process: to be called first, before a library is imported."""
    _before.update(os.environ)
    ours = clean(os.environ)
    for name in os.environ.keys() - ours.keys():
        del os.environ[name]
    os.environ.update(ours)


def persons_own() -> dict[str, str]:
    """The environment as it was, for a program of the person's such as their browser."""
    return {**_before, **os.environ}


def forget(*prefixes: str) -> None:
    """Drop a library's variables before it is used, in a process that somebody else started:
    `uvicorn gateway.main:app`, Celery's own worker, alembic."""
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        del os.environ[name]
