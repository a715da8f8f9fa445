"""From what an SDK raised to what went wrong: the one place that knows the SDKs' exceptions."""

import json
from collections.abc import Iterator

import httpx2
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from orchestrator.llm import failures
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.merging import EventTooLong

EXPECTED = (ModelAPIError, UnexpectedModelBehavior, UsageLimitExceeded, httpx2.HTTPError)
"""What a model's misbehaviour is raised as; anything else is a fault of ours and passes."""

_UNREADABLE = (EventTooLong, json.JSONDecodeError, UnicodeDecodeError, httpx2.DecodingError)


def diagnose(error: Exception, *, began: bool) -> ModelFailure:
    """The failure behind `error`; `began` tells whether the model had started to answer."""
    if any(isinstance(cause, _UNREADABLE) for cause in _causes(error)):
        return failures.ModelGarbage()
    match error:
        case ModelAuthenticationError():
            return failures.ModelKeyRefused()
        case ModelRateLimitError() | ModelQuotaExceededError():
            return failures.ModelBusy()
        case ModelNotFoundError():
            return failures.ModelUnknown()
        case ContentFilterError():
            return failures.ModelDeclined()
        case ModelHTTPError():
            return by_status(error.status_code)
        case ModelRequestRejectedError():
            return failures.ModelRejected()
        case ModelTimeoutError() if error.phase == "read":
            return failures.ModelStalled() if began else failures.ModelSilent()
        case ModelConnectionError() | httpx2.HTTPError():
            return failures.ModelCut() if began else failures.ModelUnreachable()
        case UsageLimitExceeded():
            return failures.ModelEndless()
        case ModelAPIError() if error.in_stream:
            return failures.ModelBroken()
        case ModelAPIError():  # a stream that ended without saying why, or a body that is no answer
            return failures.ModelCut() if began else failures.ModelGarbage()
        case _:
            return failures.ModelGarbage()


def by_status(status: int) -> ModelFailure:
    if status in (401, 403):
        return failures.ModelKeyRefused()
    if status == 429:
        return failures.ModelBusy()
    if status == 408 or status >= 500:
        return failures.ModelBroken()
    return failures.ModelRejected()


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
