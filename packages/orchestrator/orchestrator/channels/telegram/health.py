"""Whether a bot is well: its token is taken, and what people write to it comes to us."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from shared.channels.accounts import Account
from shared.channels.proofs import Health
from shared.channels.telegram import sentences

from orchestrator.channels.webhooks import webhook_url

LATELY_S = 600.0
"""A failure to reach us that is older has passed."""


def health_of(
    account: Account, bot: Mapping[str, Any], webhook: Mapping[str, Any], *, polls: bool
) -> Health:
    """`bot` is what getMe says, `webhook` what getWebhookInfo does."""
    if str(bot["id"]) != account.external_key:
        return _ill("another_account")
    url = str(webhook.get("url") or "")
    if url and not _is_ours(account, url):
        return _ill("webhook_elsewhere", where=_host(url))
    if not polls:
        waiting = int(webhook.get("pending_update_count", 0))
        failed_s_ago = time.time() - float(webhook.get("last_error_date", 0))
        if waiting and failed_s_ago < LATELY_S:
            why = str(webhook.get("last_error_message", "it does not say why"))
            return _ill("not_reached", why=why, waiting=waiting)
    return Health(True, name=str(bot.get("first_name") or bot.get("username")))


def needs_mending(account: Account, webhook: Mapping[str, Any], *, polls: bool) -> bool:
    """Whether Telegram goes by what we told it before our address, or the way we hear of updates,
    became another. What others told it is not ours to mend."""
    url = str(webhook.get("url") or "")
    if polls:
        return bool(url) and _is_ours(account, url)
    return not url or (_is_ours(account, url) and url != webhook_url(account))


def _is_ours(account: Account, url: str) -> bool:
    return url.endswith(f"/channels/telegram/{account.id}")


def _ill(code: str, **facts: object) -> Health:
    return Health(False, code, sentences.health(code, **facts))


def _host(url: str) -> str:
    """Of a foreign address, which may have a secret in its path, its host alone."""
    return urlsplit(url).hostname or "an unknown address"
