"""Where an account's platform tells us what happens."""

from shared.channels.connections import Account
from shared.config import settings


def webhook_url(account: Account) -> str:
    """Hard to guess, and proof of nothing."""
    return f"{settings.gateway.link_base()}/channels/{account.channel}/{account.id}"
