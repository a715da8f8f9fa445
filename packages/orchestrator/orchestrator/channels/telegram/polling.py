"""Asks Telegram for updates, where it cannot reach us.

Telegram forgets what we say was taken, and so that is said of what is stored alone: the next
question begins behind what whoever listens has taken.
"""

from collections.abc import AsyncIterator
from typing import Any

from shared.channels.events import Ignored, Inbound
from shared.channels.telegram import sentences
from shared.channels.telegram.events import WANTED, read_update

from orchestrator.channels.adapter import AccountRefused, Line
from orchestrator.channels.telegram.api import Answer, NoAnswer, call
from orchestrator.channels.telegram.health import host_of
from orchestrator.channels.telegram.receiving import is_ours, polls, url_of

WAITS_S = 25
"""For which Telegram keeps a question open while nothing happens."""
ANSWERS_WITHIN_S = WAITS_S + 10.0


async def listen(line: Line) -> AsyncIterator[tuple[Inbound, None]]:
    """What happens, in order and for ever. What was given is stored when the next is asked for.
    Raises AccountRefused, NoAnswer."""
    offset = 0
    while True:
        for update in await _ask(offset, line):
            offset = int(update["update_id"]) + 1
            yield _read(update, line), None


async def _ask(offset: int, line: Line) -> list[dict[str, Any]]:
    question = {"offset": offset, "timeout": WAITS_S, "allowed_updates": WANTED}
    answer = await call(line, "getUpdates", question, within_s=ANSWERS_WITHIN_S)
    if answer.ok:
        updates: list[dict[str, Any]] = answer.result
        return updates
    if answer.status == 409 and "webhook" in answer.description:
        await _instead_of_a_webhook(line)
    raise _error(answer)


async def _instead_of_a_webhook(line: Line) -> None:
    """One that we set ends, if it is not what we go by from now on; another program's is left.
    Raises AccountRefused for that."""
    url = url_of((await call(line, "getWebhookInfo")).result or {})
    if url and not is_ours(line.account, url):
        code = "webhook_elsewhere"
        raise AccountRefused(code, sentences.health(code, where=host_of(url)))
    if polls(line.account):
        await call(line, "deleteWebhook")


def _error(answer: Answer) -> Exception:
    if answer.status in (401, 404):
        return AccountRefused("token_revoked", sentences.health("token_revoked"))
    if answer.status == 409 and "webhook" not in answer.description:
        return AccountRefused("polled_elsewhere", sentences.health("polled_elsewhere"))
    return NoAnswer(f"http_{answer.status}", left=False)


def _read(update: dict[str, Any], line: Line) -> Inbound:
    """What cannot be read is passed over, or it would be told again and again."""
    try:
        return read_update(update, line.account)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        return Ignored("unreadable")
