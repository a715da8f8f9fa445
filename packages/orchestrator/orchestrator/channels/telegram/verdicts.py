"""What Telegram's refusals mean. It has codes for few of them, so we go by its words.

The words are those of the official server's source; one that we do not know is refused as what it
is, and shown.
"""

from typing import Final

from orchestrator.channels.adapter import Failing, Later, Refused, Sent, Unsure, Verdict
from orchestrator.channels.telegram.api import Answer

CANNOT_PARSE = Refused("cannot_parse")
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    # (what the description has, our code), the first that fits
    ("can't parse entities", "cannot_parse"),
    ("blocked by the user", "blocked_by_user"),
    ("user is deactivated", "user_gone"),
    ("can't initiate conversation", "not_started"),
    ("can't send messages to bots", "is_a_bot"),
    ("bot was kicked", "kicked"),
    ("bot is not a member", "kicked"),
    ("group chat was deactivated", "chat_not_found"),
    ("chat not found", "chat_not_found"),
    ("peer_id_invalid", "chat_not_found"),
    ("thread not found", "topic_gone"),
    ("topic_closed", "topic_gone"),
    ("topic_deleted", "topic_gone"),
    ("too long", "too_long"),
    ("text is empty", "empty"),
    ("not enough rights", "no_rights"),
    ("have no rights", "no_rights"),
    ("chat_write_forbidden", "no_rights"),
    ("chat_restricted", "no_rights"),
    ("chat_send_plain_forbidden", "no_rights"),
    ("need administrator rights", "no_rights"),
)
_LEAST_WAIT_S = 1.0


def verdict_of(answer: Answer, place: str) -> Verdict:
    if answer.ok:
        return Sent(str(answer.result["message_id"]))
    match answer.status:
        case 429:
            return _later(answer, place)
        case 401 | 404:  # 404: there is no bot of such a token
            return Failing("token_revoked")
        case 400 | 403 | 409 | 413:
            return Refused(_code(answer.description) or f"http_{answer.status}")
        case _ if answer.status >= 500:
            return Unsure(f"http_{answer.status}")
        case _:
            return Refused(f"http_{answer.status}")


def moved_to(answer: Answer) -> int | None:
    """Where the chat is now: a group that became a supergroup has another id."""
    new = answer.parameters.get("migrate_to_chat_id")
    return None if answer.ok or new is None else int(new)


def _later(answer: Answer, place: str) -> Later:
    """Telegram does not say whether the bot or the chat has had too much. A group has a limit of
    its own, which is the first to be met; between two people we keep to the pace, so it is the
    bot's."""
    try:
        wait_s = float(answer.parameters.get("retry_after", _LEAST_WAIT_S))
    except (TypeError, ValueError):
        wait_s = _LEAST_WAIT_S
    is_group = place.startswith("-")
    return Later(max(wait_s, _LEAST_WAIT_S), "flood_control", whole_account=not is_group)


def _code(description: str) -> str | None:
    words = description.lower()
    return next((code for said, code in _WORDS if said in words), None)
