"""A caller's identity, for a program that talks to a gateway."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Identity:
    """A person in a role, with their access token. `tenant_id` is None for a platform admin."""

    token: str
    user_id: UUID
    role: str
    tenant_id: UUID | None
    expires_at: datetime | None = None
