"""What each channel's reader provides: pure functions over the bytes of a platform's request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from shared.channels.accounts import Account
from shared.channels.events import Inbound
from shared.conversations.receive import Heard
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo


@dataclass(frozen=True, slots=True)
class Raw:
    """A request as it came: what is proved are its bytes."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a platform wants to hear before it sends events."""

    body: str
    media_type: str = "text/plain"


class Reader(Protocol):
    """One a channel. Nothing is read of a request before it is verified."""

    channel: ChannelType

    def app_credentials(self) -> Mapping[str, str]:
        """What proves requests about all accounts that come in by the operator's app; empty where
        there is no such app."""

    def verify(self, request: Raw, credentials: Mapping[str, str], now: datetime) -> None:
        """Raises NotGenuine."""

    def claim(self, request: Raw) -> list[str] | Handshake:
        """The accounts it speaks of, as the platform calls them; none where it does not say.
        Raises ValueError for what cannot be read."""

    def read(self, request: Raw, account: Account) -> list[Inbound]:
        """What it says about this account. Raises ValueError for what cannot be read."""


def as_message(account: Account, heard: Heard) -> KonstructMessage:
    """The one message format. Its thread is our conversation, which is not known yet."""
    return KonstructMessage(
        tenant_id=str(account.tenant_id),
        channel=ChannelType(account.channel),
        channel_metadata=heard.metadata,
        sender=SenderInfo(
            user_id=heard.author.external_id,
            display_name=heard.author.display_name or "",
            is_bot=heard.is_bot,
        ),
        content=MessageContent(text=heard.text),
        timestamp=heard.sent_at or datetime.now(UTC),
    )
