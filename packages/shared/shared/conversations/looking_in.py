"""A platform admin who looks into somebody else's conversation, or empties it, leaves a trace.

They may: the contract gives them the right. Each such call is a row of that tenant's audit events,
with ids, what was done and the reason they gave. No text of the conversation is in it.
"""

import time
from enum import StrEnum
from urllib.parse import unquote
from uuid import UUID

from shared.audit.record import record
from shared.db import AnySession
from shared.plain_text import plain_line

MAX_REASON_CHARS = 200
NONE_GIVEN = "none given"
LISTED_AGAIN_S = 3600.0
MOST_REMEMBERED = 10_000


class Act(StrEnum):
    """What was done."""

    LISTED = "listed"
    READ = "read"
    EMPTIED = "emptied"


async def leave_trace(
    session: AnySession,
    act: Act,
    *,
    by: UUID,
    reason: str | None,
    tenant_id: UUID | None,
    owner: UUID | None = None,
    conversation_id: UUID | None = None,
) -> None:
    """`reason` is the header as it came. A list of all tenants' conversations is of no tenant."""
    given = _given(reason)
    if act is Act.LISTED:
        listing = (by, tenant_id, given)
        if not _listings.is_new(listing):
            return
        session.after_commit(lambda: _listings.remember(listing))
    await record(
        session,
        tenant_id=tenant_id,
        actor_kind="platform_admin",
        actor=by,
        action=f"conversation.{act}",
        object_kind="conversation",
        object_id=conversation_id,
        reason=given,
        details={"owner_id": str(owner)} if owner else None,
    )


class _Listings:
    """A page that is open lists every 15 s. That is one act an hour, for each gateway."""

    def __init__(self) -> None:
        self._recorded: dict[tuple[UUID, UUID | None, str], float] = {}

    def is_new(self, listing: tuple[UUID, UUID | None, str]) -> bool:
        recorded_at = self._recorded.get(listing)
        return recorded_at is None or time.monotonic() - recorded_at >= LISTED_AGAIN_S

    async def remember(self, listing: tuple[UUID, UUID | None, str]) -> None:
        """Once its row is committed, and not before: else one that was rolled back would keep the
        next from being recorded."""
        if len(self._recorded) >= MOST_REMEMBERED:
            self._recorded.clear()
        self._recorded[listing] = time.monotonic()


_listings = _Listings()


def _given(reason: str | None) -> str:
    """On one line, without what steers a terminal. Browsers send it percent-encoded, because a
    header holds Latin-1 alone."""
    return plain_line(unquote(reason or ""))[:MAX_REASON_CHARS] or NONE_GIVEN
