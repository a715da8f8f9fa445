"""Which environment variables reach us: our settings, and what a program needs in order to run.

Libraries read variables behind our back: libpq takes PGCLIENTENCODING and PGSSLMODE, Celery prefers
CELERY_BROKER_URL to its configuration, uvicorn takes WEB_CONCURRENCY, SDKs take a base URL. So
every process first drops all variables that are not listed here, and passes no others to its
children.

Promises: `KONSTRUCT_*` values have no line end or blank around them. A variable that is not listed
is gone for us and for every library, in Python and in C.
"""

import os
import string
from collections.abc import Mapping

PREFIX = "KONSTRUCT_"

_PREFIXES = (
    PREFIX,
    "OTEL_",  # where traces are sent: docs/operations.md
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
        # Only the keys of providers; our settings say where requests go.
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
"""Invisible characters that come with pasted text: byte order mark, zero-width spaces."""


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of an environment that we keep, settings stripped."""
    return {
        name: stripped(name, value)
        for name, value in environment.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    }


def stripped(name: str, value: str) -> str:
    """A setting's value without what an editor or a file added. A password keeps its blanks, but
    not its line ends."""
    if not name.startswith(PREFIX) and not name.endswith("_API_KEY"):
        return value
    if name.endswith(_PASSWORDS):
        return value.strip("\r\n")
    return value.strip().strip(_INVISIBLE + string.whitespace)


_before: dict[str, str] = {}


def keep_ours() -> None:
    """Clean this process's environment. Call it first, before any library is imported."""
    _before.update(os.environ)
    ours = clean(os.environ)
    for name in os.environ.keys() - ours.keys():
        del os.environ[name]
    os.environ.update(ours)


def persons_own() -> dict[str, str]:
    """The environment as it was, for a program of the person's, such as their browser."""
    return {**_before, **os.environ}


def forget(*prefixes: str) -> None:
    """Drop a library's variables before it is used, in a process that we did not start: `uvicorn
    gateway.main:app`, Celery's own worker, alembic."""
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        del os.environ[name]
