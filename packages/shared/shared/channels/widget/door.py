"""A door as its visitors meet it: the settings of its connection, read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from shared.channels.accounts import Account
from shared.channels.known_accounts import known_accounts
from shared.conversations.places import WIDGET_CHANNEL
from shared.errors import NotFound

NO_SUCH_DOOR = "There is no such chat."


@dataclass(frozen=True, slots=True)
class Door:
    """`hosts` are origins as browsers spell them. `credentials` hold what signatures are checked
    with."""

    id: UUID
    tenant_id: UUID
    agent_id: UUID | None
    hosts: Sequence[str]
    greeting: str
    consent: str
    privacy_url: str
    email: str
    phone: str
    hours: str
    languages: Sequence[str]
    mode: Literal["open", "required"]
    identity_key: str
    credentials: Mapping[str, str] = field(repr=False)

    @property
    def consent_version(self) -> str:
        """By which it is known to what somebody agreed; empty where nothing is asked."""
        return version_of(self.consent)


def version_of(text: str) -> str:
    """A text's own version: another text has another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


async def door(door_id: UUID) -> Door:
    """The live door of this id, as this process knows it. Raises NotFound."""
    account = await known_accounts.of(door_id, WIDGET_CHANNEL)
    if account is None or account.state == "proving":
        raise NotFound(NO_SUCH_DOOR)
    return door_of(account)


def door_of(account: Account) -> Door:
    given: dict[str, Any] = account.settings
    return Door(
        id=account.id,
        tenant_id=account.tenant_id,
        agent_id=account.agent_id,
        hosts=given.get("hosts", []),
        greeting=given.get("greeting", ""),
        consent=given.get("consent", ""),
        privacy_url=given.get("privacy_url", ""),
        email=given.get("email", ""),
        phone=given.get("phone", ""),
        hours=given.get("hours", ""),
        languages=given.get("languages", []),
        mode=given.get("mode", "open"),
        identity_key=given.get("identity_key", ""),
        credentials=account.credentials,
    )
