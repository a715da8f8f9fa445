"""What can keep the whole product from starting, each with the exit code `konstruct up` ends with.

DevstackError            1  a part did not start, or a step failed
├── PreflightFailed      2  the machine or the options do not allow it; nothing was started
├── AlreadyRunning       3  another `konstruct up` holds this data directory
└── StartCancelled       0  a stop was asked for before everything was up
"""

from typing import ClassVar

from shared.errors import KonstructError


class DevstackError(KonstructError):
    """A part of the product did not start; the sentence says which, why, and where to read more."""

    code = "devstack_error"
    exit_code: ClassVar[int] = 1


class PreflightFailed(DevstackError):
    """Something is not as it must be before anything is started."""

    code = "preflight_failed"
    exit_code = 2


class AlreadyRunning(DevstackError):
    """The data directory is in use."""

    code = "already_running"
    exit_code = 3


class StartCancelled(DevstackError):
    """A stop was asked for while something was still starting."""

    code = "start_cancelled"
    exit_code = 0
