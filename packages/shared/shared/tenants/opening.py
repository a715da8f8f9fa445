"""When a business is open: told by its admins, read by whoever must know."""

from typing import Any
from uuid import UUID

from shared.db import AnySession
from shared.errors import Conflict
from shared.tenants import hours_repository as stored
from shared.tenants.hours import Hours, checked
from shared.tenants.hours_repository import Stored

NEVER_SAID = 0
"""The revision of hours that nobody has told yet."""


async def business_hours(session: AnySession, tenant_id: UUID) -> Stored | None:
    """None if the business never said any."""
    return await stored.find(session, tenant_id)


async def hours_of(
    session: AnySession, tenant_id: UUID, own: dict[str, Any] | None = None
) -> Hours | None:
    """An agent's own hours, or the business's; None if there are none, so nobody can say whether
    somebody is there."""
    found = await stored.find(session, tenant_id) if own is None else None
    given = own if own is not None else found.hours if found else None
    return None if given is None else checked(given)


async def set_business_hours(
    session: AnySession,
    tenant_id: UUID,
    given: dict[str, Any],
    *,
    by: UUID | None,
    revision: int | None = None,
) -> Stored:
    """With `revision` only if nobody has told others since. Raises BadRequest, and Conflict with
    the name of who has."""
    hours = dict(checked(given))
    if not await stored.put(session, tenant_id, hours, by=by, revision=revision):
        now = await stored.find(session, tenant_id)
        who = (now.edited_by if now else None) or "Somebody else"
        raise Conflict(
            f"{who} changed the hours meanwhile. See what they are now, and change that.",
            code="changed_meanwhile",
        )
    found = await stored.find(session, tenant_id)
    assert found is not None
    return found
