"""How updates come to us: Telegram posts them, or we ask. It is never both."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from shared.channels.accounts import Account, webhook_url
from shared.config import settings

from orchestrator.channels.adapter import Line
from orchestrator.channels.telegram.api import base_url, token_of

TELEGRAMS_OWN = "https://api.telegram.org"


def polls(account: Account) -> bool:
    """Whether we ask for updates, instead of being told."""
    asked = account.settings.get("receive", "auto")
    return asked == "polling" or (asked == "auto" and not _can_be_told())


def _can_be_told() -> bool:
    """Telegram posts to https alone; a Bot API server of one's own to http, too."""
    url = settings.gateway.public_url or ""
    return url.startswith("https://") or (bool(url) and base_url() != TELEGRAMS_OWN)


def webhook_secret(line: Line) -> str:
    """What Telegram says with each update to prove itself. Nobody can make it without the token,
    and it tells nothing of the token."""
    token = token_of(line)
    own_id = token.partition(":")[0]
    return hmac.new(token.encode(), f"webhook of {own_id}".encode(), hashlib.sha256).hexdigest()


def url_of(webhook: Mapping[str, Any]) -> str:
    """Of what getWebhookInfo says; empty where there is none."""
    return str(webhook.get("url") or "")


def is_ours(account: Account, url: str) -> bool:
    """Whether we told it to Telegram, now or when our address was another."""
    return url.endswith(f"/channels/telegram/{account.id}")


def needs_mending(account: Account, webhook: Mapping[str, Any]) -> bool:
    """Whether Telegram goes by what we told it before our address, or the way we hear of updates,
    became another. What others told it is not ours to mend."""
    url = url_of(webhook)
    if polls(account):
        return bool(url) and is_ours(account, url)
    return not url or (is_ours(account, url) and url != webhook_url(account))
