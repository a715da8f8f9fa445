"""Typed errors. Each says what was wrong in a sentence for a person, and carries its HTTP status.

`code` is the stable word for programs; it is the same in a REST body and in a WebSocket `error`
frame. `retryable` says whether the same request may succeed later, unchanged.

    KonstructError
    ├── ConfigError           the installation is not set up right; stops the start
    ├── BadRequest       400  ├── TextRefused    400
    ├── NotAuthenticated 401
    ├── Forbidden        403
    ├── NotFound         404
    ├── Conflict         409  ├── AgentPaused    409
    ├── TooBig           413
    ├── TooMany          429
    └── Unavailable      503  a part we need is down or too slow
"""

from http import HTTPStatus
from typing import ClassVar

from starlette.exceptions import HTTPException


class KonstructError(HTTPException):
    """Base of all errors Konstruct raises on purpose.

    It is an HTTPException, so that any application that includes one of our routers answers with
    the right status. Nothing else in it depends on HTTP.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "internal_error"
    retryable: bool = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(status_code=self.status, detail=message)
        self.message = message
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return self.message


class ConfigError(KonstructError):
    """A setting is missing or wrong; the sentence says what to do."""

    code = "config_error"


class BadRequest(KonstructError):
    """The request is malformed."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"


class TextRefused(BadRequest):
    """A message's text is empty, too long, or holds what cannot be stored."""

    code = "text_refused"


class NotAuthenticated(KonstructError):
    """No valid identity: wrong password, no token, a forged or expired one."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_authenticated"


class Forbidden(KonstructError):
    """Known, but not allowed."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class NotFound(KonstructError):
    """There is no such thing, or the caller may not know of it."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(KonstructError):
    """The request contradicts what is stored."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class AgentPaused(Conflict):
    """The agent is paused, or dismissed. `notice` is the business's text for people meanwhile."""

    code = "agent_paused"

    def __init__(self, notice: str | None, *, dismissed: bool = False) -> None:
        said = f" It says: “{notice}”" if notice else " Ask an admin of your business."
        paused = f"This employee is paused and does not answer now.{said}"
        super().__init__("This employee does not work here any more." if dismissed else paused)
        self.notice = None if dismissed else notice


class TooBig(KonstructError):
    """The request is larger than we read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_big"


class TooMany(KonstructError):
    """A limit is reached; the sentence says for how long."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many"
    retryable = True

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: int = 1) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s
        self.headers = {"Retry-After": str(retry_after_s)}


class Unavailable(KonstructError):
    """Something we depend on does not answer in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    retryable = True
