"""A connection as those who read and send go by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.config import settings
from shared.conversations.places import WIDGET_CHANNEL
from shared.models import ChannelConnection


@dataclass(frozen=True, slots=True)
class Account:
    """A connection, as those who read and send go by it.

    `settings` are the form's answers that are no secrets, and facts that the platform told when it
    was proved. `options` are what the business wishes of it.
    """

    id: UUID
    tenant_id: UUID
    agent_id: UUID | None
    channel: str
    external_key: str | None
    state: str
    credentials: Mapping[str, str] = field(repr=False)
    settings: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    listens: bool = False
    """Its platform tells us nothing: a worker asks."""


def account_of(connection: ChannelConnection, opened: Mapping[str, str]) -> Account:
    """With those of its credentials that this process may read."""
    return Account(
        id=connection.id,
        tenant_id=connection.tenant_id,
        agent_id=connection.agent_id,
        channel=connection.channel_type,
        external_key=connection.external_key,
        state=connection.state,
        credentials=opened,
        settings=connection.config.get("settings", {}),
        options=connection.config.get("options", {}),
        listens=connection.config.get("listens") is True,
    )


def webhook_url(account: Account) -> str:
    """Where the account's platform tells us what happens; hard to guess, and proof of nothing. Of a
    door, its page."""
    if account.channel == WIDGET_CHANNEL:
        return f"{settings.gateway.link_base()}/c/{account.id}"
    return f"{settings.gateway.link_base()}/channels/{account.channel}/{account.id}"
