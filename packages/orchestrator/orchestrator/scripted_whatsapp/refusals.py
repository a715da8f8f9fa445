"""How Meta refuses: a code, and a sentence that nobody should go by."""

import json
from typing import Final
from uuid import uuid4

from aiohttp import web

TITLES: Final[dict[int, str]] = {
    4: "Application request limit reached",
    10: "Application does not have permission for this action",
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Business Account locked",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132001: "Template name does not exist in the translation",
    133010: "Phone number not registered",
}
_STATUSES: Final = {190: 401, 10: 403, 4: 429, 80007: 429, 130429: 429, 131056: 429, 131016: 503}


def error(code: int, details: str, subcode: int | None = None) -> dict[str, object]:
    """Of an answer."""
    title = TITLES.get(code, "Refused")
    told: dict[str, object] = {
        "message": f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": uuid4().hex[:22],
    }
    return {"error": told | ({} if subcode is None else {"error_subcode": subcode})}


def status_error(code: int, details: str) -> dict[str, object]:
    """Of a message that failed afterwards."""
    title = TITLES.get(code, "Refused")
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}}


class Refusal(web.HTTPException):
    """An answer that says no."""

    status_code = 400

    def __init__(
        self, code: int, details: str, *, subcode: int | None = None, retry_after: int | None = None
    ) -> None:
        self.status_code = _STATUSES.get(code, 400)
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        super().__init__(
            text=json.dumps(error(code, details, subcode)),
            content_type="application/json",
            headers=headers,
        )
