"""The person a live socket belongs to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.conversations.places import WEB_CHANNEL


class Claims(Protocol):
    """Who somebody has proved to be, and how long that holds."""

    @property
    def user_id(self) -> UUID: ...
    @property
    def expires_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Identified:
    """A person and their conversation, after authentication."""

    claims: Claims
    tenant_id: UUID
    conversation_id: UUID
    agent_id: UUID
    display_name: str
    last_seq: int | None
    """Newest message the client has; None: send only what comes next."""
    bursts: bool = False
    """Whether messages sent while an answer is awaited may be answered together."""
    channel: str = WEB_CHANNEL
