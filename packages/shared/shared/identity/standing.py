"""Reads whether an access token still says the truth, on every connect and call.

It takes one round trip, because after a gateway has gone all of its people ask at once.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db.pipelined import Statement, transact
from shared.db.scopes import SystemScope


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true now of the holder of an access token."""

    session_ends_at: datetime
    session_revoked: bool
    user_disabled: bool
    is_platform_admin: bool
    member_role: str | None


_STANDING = Statement(
    """
    SELECT login.expires_at, login.revoked_at IS NOT NULL, person.disabled_at IS NOT NULL,
           person.is_platform_admin, membership.role
      FROM portal_sessions AS login
      JOIN portal_users AS person ON person.id = login.user_id
      LEFT JOIN memberships AS membership
        ON membership.user_id = person.id AND membership.tenant_id = $3::uuid
     WHERE login.id = $1::uuid AND person.id = $2::uuid
    """
)


async def standing(*, session_id: UUID, user_id: UUID, tenant_id: UUID | None) -> Standing | None:
    """The holder's standing; None if this person has no such log-in session."""
    (rows,) = await transact(SystemScope("identity"), _STANDING(session_id, user_id, tenant_id))
    return Standing(*rows[0]) if rows else None
