"""Turns an SDK's exception into a `ModelFailure`. Only this module knows the SDKs' exceptions."""

import json
from collections.abc import Iterator

import httpx2
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelOverloadedError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from orchestrator.llm import failures
from orchestrator.llm.failures import ModelFailure
from orchestrator.llm.refusals import refused, refused_in_stream

EXPECTED = (ModelAPIError, UnexpectedModelBehavior, UsageLimitExceeded, httpx2.HTTPError)
"""The exceptions of a misbehaving model. Any other is our own bug and passes."""

_UNREADABLE = (json.JSONDecodeError, UnicodeDecodeError, httpx2.DecodingError)


def diagnose(error: Exception, *, began: bool) -> ModelFailure:
    """The failure behind `error`; `began` says whether the model had started to answer."""
    if any(isinstance(cause, _UNREADABLE) for cause in _causes(error)):
        return failures.ModelGarbage()
    match error:
        case ContentFilterError():
            return failures.ModelDeclined()
        case ModelHTTPError() if not error.in_stream:
            return _refused(error)
        case ModelContextWindowExceededError():
            return failures.ModelTooLong()
        case ModelAuthenticationError():
            return failures.ModelKeyRefused()
        case ModelQuotaExceededError():
            return failures.ModelNotPaid()
        case ModelRateLimitError() | ModelOverloadedError():
            return _busy(error)
        case ModelNotFoundError():
            return failures.ModelUnknown()
        case ModelRequestRejectedError():
            return failures.ModelRejected()
        case ModelTimeoutError() if error.phase == "read":
            return failures.ModelStalled() if began else failures.ModelSilent()
        case ModelConnectionError() | httpx2.HTTPError():
            return failures.ModelCut() if began else failures.ModelUnreachable()
        case UsageLimitExceeded():
            return _too_many_turns()
        case ModelAPIError() if error.in_stream:
            return refused_in_stream(error.body) if error.body else failures.ModelBroken()
        case ModelAPIError():  # a stream that ended without a reason, or a body that is no answer
            return failures.ModelCut() if began else failures.ModelGarbage()
        case _:
            return failures.ModelGarbage()


def _refused(error: ModelHTTPError) -> ModelFailure:
    body = error.body if isinstance(error.body, str) else json.dumps(error.body, default=str)
    response = getattr(error.__cause__, "response", None)
    return refused(error.status_code, body.encode(), getattr(response, "headers", None))


def _too_many_turns() -> ModelFailure:
    endless = failures.ModelEndless()
    endless.is_mended_by("KONSTRUCT_LLM_MAX_REQUESTS")
    return endless


def _busy(error: ModelAPIError) -> ModelFailure:
    busy = failures.ModelBusy()
    busy.wait(round(error.retry_after) if error.retry_after else None)
    return busy


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
