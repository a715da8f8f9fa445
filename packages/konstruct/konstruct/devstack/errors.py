"""Errors that keep the product from starting, each with the exit code of `konstruct up`.

DevstackError            1  a part did not start, or a step failed ├── PreflightFailed      2  the
machine or the options do not allow it; nothing was started ├── AlreadyRunning       3  another
`konstruct up` holds this data directory └── StartCancelled       0  a stop was asked for before
everything was up
"""

from typing import ClassVar

from shared.errors import KonstructError


class DevstackError(KonstructError):
    """A part did not start. The sentence says which, why, and where to read more."""

    code = "devstack_error"
    exit_code: ClassVar[int] = 1


class PreflightFailed(DevstackError):
    """A check failed before anything was started."""

    code = "preflight_failed"
    exit_code = 2


class AlreadyRunning(DevstackError):
    """Another `up` holds the data directory."""

    code = "already_running"
    exit_code = 3


class StartCancelled(DevstackError):
    """A stop was asked for during the start."""

    code = "start_cancelled"
    exit_code = 0
