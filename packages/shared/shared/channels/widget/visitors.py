"""Who is at a door, and in which conversation, by the token that their browser keeps."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.channels.widget import repository
from shared.channels.widget.door import door
from shared.channels.widget.tokens import digest, door_named, over
from shared.config import settings
from shared.errors import NotFound

CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visit and whose it is. It ends at `expires_at` unless it is renewed: of a visitor whom the
    site has signed, with that signature."""

    session_id: UUID
    tenant_id: UUID
    door_id: UUID
    user_id: UUID
    """The contact's id."""
    conversation_id: UUID
    agent_id: UUID
    name: str
    subject: str | None
    """Whom the site has signed; None of somebody whom nobody knows."""
    expires_at: datetime


async def visitor(token: str) -> Visitor:
    """Raises NotAuthenticated, with the code `visit_over` for a visit that has ended."""
    try:
        entered = await door(door_named(token))
    except NotFound:
        raise over() from None
    found = await repository.visit(entered.tenant_id, digest(token))
    if found is None or found.door_id != entered.id:
        raise over()
    seen = Visitor(
        session_id=found.id,
        tenant_id=entered.tenant_id,
        door_id=entered.id,
        user_id=found.contact_id,
        conversation_id=found.conversation_id,
        agent_id=found.agent_id,
        name=found.name or "",
        subject=found.subject,
        expires_at=found.ends_at,
    )
    if seen.expires_at <= datetime.now(UTC) or (entered.mode == "required" and not seen.subject):
        raise over()
    return seen


class Visits:
    """Checks of this process, each good for as long as one of a member's rights."""

    def __init__(self) -> None:
        self._checked: OrderedDict[UUID, tuple[float, UUID]] = OrderedDict()
        self._forgotten = 0

    async def check(self, seen: Visitor) -> None:
        """Raises NotAuthenticated once the visit is over, or its door closed."""
        if seen.expires_at <= datetime.now(UTC):
            raise over()
        checked = self._checked.get(seen.session_id)
        now = time.monotonic()
        if checked is not None and now - checked[0] < settings.identity.session_check_ttl_s:
            return
        self._checked.pop(seen.session_id, None)
        forgotten = self._forgotten
        try:
            await door(seen.door_id)
        except NotFound:
            raise over() from None
        if not await repository.is_on(seen.tenant_id, seen.session_id, seen.user_id):
            raise over()
        if forgotten == self._forgotten:
            self._checked[seen.session_id] = now, seen.user_id
            while len(self._checked) > CACHE_SIZE:
                self._checked.popitem(last=False)

    def forget(self, contact_id: UUID) -> None:
        self._forgotten += 1
        for session_id, (_, whose) in list(self._checked.items()):
            if whose == contact_id:
                del self._checked[session_id]

    def forget_all(self) -> None:
        self._forgotten += 1
        self._checked.clear()


visits = Visits()
