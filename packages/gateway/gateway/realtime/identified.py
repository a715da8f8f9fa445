"""The person a live socket belongs to."""

from dataclasses import dataclass
from uuid import UUID

from shared.identity.tokens import AccessClaims


@dataclass(frozen=True, slots=True)
class Identified:
    """A person and their conversation, after authentication."""

    claims: AccessClaims
    tenant_id: UUID
    conversation_id: UUID
    agent_id: UUID
    display_name: str
    last_seq: int | None
    """Newest message the client has; None: send only what comes next."""
    bursts: bool = False
    """Whether messages sent while an answer is awaited may be answered together."""
