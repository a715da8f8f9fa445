"""What an answer of Meta's to a message means."""

from shared.channels.whatsapp.codes import WINDOW_CLOSED, meaning_of

from orchestrator.channels.adapter import Failing, Later, Refused, Sent, Unsure, Verdict
from orchestrator.channels.whatsapp.graph import Answer

WAIT_S = 60.0
"""Where Meta refuses for a while and does not say how long."""


def verdict_on(answer: Answer) -> Verdict:
    """An answer without a verdict leaves it open: with a 5xx the message may be under way."""
    if answer.ok:
        return _sent(answer)
    code = answer.code
    meaning = None if code is None else meaning_of(code)
    if meaning is None:
        return _without_meaning(answer)
    match meaning.kind:
        case "account_waits" | "person_waits":
            wait_s = max(meaning.wait_s, answer.retry_after_s or 0.0)
            return Later(wait_s, str(code), whole_account=meaning.kind == "account_waits")
        case "failing":
            return Failing(str(code))
        case "refused":
            return Refused("window_closed" if code == WINDOW_CLOSED else str(code))


def _sent(answer: Answer) -> Verdict:
    messages = answer.body.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return Sent(str(messages[0].get("id")))
    return Unsure("no_message_in_the_answer")


def _without_meaning(answer: Answer) -> Verdict:
    code = f"http_{answer.status}" if answer.code is None else str(answer.code)
    if answer.status == 429:
        return Later(answer.retry_after_s or WAIT_S, code)
    if answer.status == 401:
        return Failing(code)
    if answer.status >= 500 or answer.status < 400:
        return Unsure(code)
    return Refused(code)
