"""Calls of Slack's Web API, and what their answers mean.

Nearly every answer is a 200 with `ok`. What Slack documents is sorted here into what concerns the
account, what concerns one message, and what nobody can know; an error it does not document is a
refusal of this message.
"""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from shared.config import settings

from orchestrator.channels.adapter import (
    Failing,
    Later,
    Line,
    NotSent,
    Refused,
    Unsure,
    Verdict,
)

ACCOUNT: Final = frozenset(
    {
        "access_denied",
        "accesslimited",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Nothing of the account is taken until a person has done something."""
LIMITED: Final = frozenset({"ratelimited", "rate_limited"})
MIGRATING: Final = frozenset({"team_added_to_org", "external_channel_migrating"})
"""Slack moves the workspace or the channel; it says that this passes."""
UNKNOWN: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
)
"""Slack says itself that part of the call may have been done."""
MIGRATING_S = 60.0
LIMITED_S = 30.0
"""If Slack does not say for how long."""


class NotItself(aiohttp.ClientError):
    """Slack limits us, moves the workspace, or is broken: it passes by itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack said. `scopes` are those of the token, where it names them."""

    status: int
    body: dict[str, Any]
    retry_after_s: float | None = None
    scopes: frozenset[str] | None = None

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.body.get("ok") is True

    @property
    def error(self) -> str:
        return str(self.body.get("error") or f"http_{self.status}")


async def call(line: Line, method: str, token: str | None = None, **arguments: Any) -> Answer:
    """Raises aiohttp's errors and TimeoutError."""
    url = f"{settings.channels.slack_api_url.rstrip('/')}/{method}"
    given = {name: value for name, value in arguments.items() if value is not None}
    bearer = line.account.credentials.get("bot_token", "") if token is None else token
    headers = {"Authorization": f"Bearer {bearer}"}
    async with line.http.post(url, json=given, headers=headers, allow_redirects=False) as answer:
        return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    try:
        body = await answer.json(content_type=None)
    except ValueError:
        body = {}
    scopes = answer.headers.get("X-OAuth-Scopes")
    return Answer(
        answer.status,
        body if isinstance(body, dict) else {},
        _seconds(answer.headers.get("Retry-After")),
        None if scopes is None else frozenset(each.strip() for each in scopes.split(",")),
    )


def _seconds(said: str | None) -> float | None:
    try:
        return None if said is None else max(0.0, float(said))
    except ValueError:
        return None


def verdict(answer: Answer) -> Verdict:
    """Of an answer that is not ok."""
    error = answer.error
    if answer.status == 429 or error in LIMITED:
        wait_s = LIMITED_S if answer.retry_after_s is None else answer.retry_after_s
        return Later(wait_s, "ratelimited")
    if answer.status >= 500 or (answer.status == 200 and not answer.body) or error in UNKNOWN:
        return Unsure(error)
    if error in MIGRATING:
        return Later(MIGRATING_S, error, whole_account=error == "team_added_to_org")
    if error in ACCOUNT or answer.status in (401, 403):
        return Failing(error)
    return Refused(error)


def passes(answer: Answer) -> bool:
    """Of an answer that is not ok: whether the same call may be answered in a while."""
    return isinstance(verdict(answer), Later | Unsure)


def failed(error: Exception) -> Verdict:
    """Of a call that got no answer: whether anything can have left."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent("unreachable")
    return Unsure(type(error).__name__)
