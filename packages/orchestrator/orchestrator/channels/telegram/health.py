"""Whether a bot is well: its token is taken, and what people write to it comes to us."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from shared.channels.accounts import Account
from shared.channels.proofs import Health
from shared.channels.telegram import sentences

from orchestrator.channels.telegram.receiving import is_ours, polls, url_of

LATELY_S = 600.0
"""A failure to reach us that is older has passed."""


def health_of(account: Account, bot: Mapping[str, Any], webhook: Mapping[str, Any]) -> Health:
    """`bot` is what getMe says, `webhook` what getWebhookInfo does."""
    if str(bot["id"]) != account.external_key:
        return _ill("another_account")
    url = url_of(webhook)
    if url and not is_ours(account, url):
        return _ill("webhook_elsewhere", where=host_of(url))
    if not polls(account):
        waiting = int(webhook.get("pending_update_count", 0))
        failed_s_ago = time.time() - float(webhook.get("last_error_date", 0))
        if waiting and failed_s_ago < LATELY_S:
            why = str(webhook.get("last_error_message", "it does not say why"))
            return _ill("not_reached", why=why, waiting=waiting)
    name = str(bot.get("first_name") or bot.get("username"))
    return Health(True, name=name, listens=polls(account))


def _ill(code: str, **facts: object) -> Health:
    return Health(False, code, sentences.health(code, **facts))


def host_of(url: str) -> str:
    """Of a foreign address, which may have a secret in its path, its host alone."""
    return urlsplit(url).hostname or "an unknown address"
