"""Turns a provider's refusal, a status and a body, into a `ModelFailure`.

The body's first kilobyte is logged with the failure, with our key cut out. The person gets a
sentence of ours.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite
from typing import Any

import orjson

from orchestrator.llm import failures
from orchestrator.llm.failures import ModelFailure, Said

MAX_SAID_CHARS = 1024
MAX_RETRY_AFTER_S = 86_400

_KEYS = re.compile(r"(?i)\b(sk-|bearer\s+|api[-_ ]?key[\"' :=]+)[\w\-.*/+]{4,}")

_QUOTA = re.compile(
    r"(?i)insufficient[_ ](quota|balance|credit|fund)|exceeded your current quota|billing"
    r"|payment|out of credit|credit balance|more credits|quota[_ ]?exceeded"
)
_TOO_LONG = re.compile(
    r"(?i)context[_ -]?(length|window|size)|maximum context"
    r"|max(imum)? (input|prompt) (length|token)"
    r"|(prompt|input|conversation|message)s? (is|are) too long|too many (input )?tokens"
    r"|reduce the length|longer than the (maximum )?model|exceed\w* .{0,40}context|string too long"
    r"|input .{0,40}exceeds|(prompt|input) tokens? .{0,40}exceed|token count .{0,40}exceeds"
)
_RATE = re.compile(r"(?i)rate[_ ]?limit")
_BUSY = re.compile(
    r"(?i)rate[_ ]?limit|too many requests|overloaded|resource[_ ]exhausted|capacity"
)
_NO_MODEL = re.compile(
    r"(?i)model[_ ]?not[_ ]?found|model\b.{0,120}\b(not (exist|found|available|supported)|unknown)"
    r"|(no such|unknown|invalid) model|does ?n[o']t exist.{0,40}model|not a valid model"
    r"|no endpoints"
)
_NO_SUCH_ADDRESS = re.compile(
    r"(?i)invalid url|unexpected endpoint|no (such )?(route|endpoint|handler)\b|(page|file|path|url"
    r"|resource|route|endpoint) not found|there is no (get|post)|cannot (get|post)|\bpath\b"
)
_KEY = re.compile(
    r"(?i)(invalid|incorrect|wrong|missing|expired|no)\b.{0,24}\bapi[-_ ]?key"
    r"|api[-_ ]?key.{0,24}\b(invalid|incorrect|not valid|missing|expired)|unauthori[sz]ed"
    r"|authentication"
)
_DECLINED = re.compile(r"(?i)content[_ ](filter|policy|management)|responsible ?ai|safety")


def refused(
    status: int, body: bytes, headers: Mapping[str, str] | None = None, *, key: str = ""
) -> ModelFailure:
    """The failure behind an HTTP error. `key` is cut out of what is logged."""
    text = body.decode(errors="replace")
    failure = _failure(status, text)
    failure.said = Said(status, _without_key(text, key)[:MAX_SAID_CHARS])
    failure.wait(retry_after_s(headers or {}))
    return failure


def refused_in_stream(error: Any, *, key: str = "") -> ModelFailure:
    """The failure behind an error that came instead of an answer. `key` as in `refused`."""
    status = _status_of(error)
    body = orjson.dumps(error, default=str)
    failure = refused(status or HTTPStatus.INTERNAL_SERVER_ERROR, body, key=key)
    if status is None and _BUSY.search(body.decode()):
        said, failure = failure.said, failures.ModelBusy()
        failure.said = said
    return failure


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """The seconds to wait, from `Retry-After`, which holds seconds or a date."""
    told = headers.get("retry-after", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(1, round(seconds)), MAX_RETRY_AFTER_S) if isfinite(seconds) else None


def _failure(status: int, text: str) -> ModelFailure:
    if status < HTTPStatus.MULTIPLE_CHOICES:  # a web page instead of an answer
        return failures.ModelNotThere()
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return failures.ModelMoved()
    if status == HTTPStatus.PAYMENT_REQUIRED or _is_of_a_quota(status, text):
        return failures.ModelNotPaid()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return failures.ModelKeyRefused()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return failures.ModelBusy()
    if status == HTTPStatus.NOT_FOUND:
        return failures.ModelUnknown() if _is_of_a_model(text) else failures.ModelNotThere()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return failures.ModelNotThere()
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _TOO_LONG.search(text):
        return failures.ModelTooLong()
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failures.ModelBroken()
    if _NO_MODEL.search(text):
        return failures.ModelUnknown()
    if _KEY.search(text):
        return failures.ModelKeyRefused()
    if _DECLINED.search(text):
        return failures.ModelDeclined()
    return failures.ModelRejected()


def _is_of_a_quota(status: int, text: str) -> bool:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not _QUOTA.search(text):
        return False
    # A rate limit's message mentions billing too, because one can pay for a higher rate.
    return status != HTTPStatus.TOO_MANY_REQUESTS or not _RATE.search(text)


def _is_of_a_model(text: str) -> bool:
    """Whether a 404 is from a model server, and not from a server without such a page."""
    if _NO_MODEL.search(text):
        return True
    try:
        body = orjson.loads(text)
    except ValueError:
        return False
    is_error = isinstance(body, dict) and ("error" in body or body.get("object") == "error")
    return is_error and not _NO_SUCH_ADDRESS.search(text)


def _status_of(error: Any) -> int | None:
    """The HTTP status that an error object names, in one of several ways."""
    if not isinstance(error, dict):
        return None
    for name in ("code", "status", "status_code", "http_status"):
        told = str(error.get(name))
        if re.fullmatch(r"[45]\d\d", told):
            return int(told)
    words = " ".join(str(error.get(name)) for name in ("code", "type", "status"))
    if _QUOTA.search(words):
        return HTTPStatus.PAYMENT_REQUIRED
    if _BUSY.search(words):
        return HTTPStatus.TOO_MANY_REQUESTS
    if "invalid_request" in words or "context_length" in words:
        return HTTPStatus.BAD_REQUEST
    return None


def _without_key(text: str, key: str) -> str:
    if len(key) > 3:
        text = text.replace(key, "…")
    return _KEYS.sub(r"\1…", text)
