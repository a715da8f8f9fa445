"""Names of those who write, asked of a platform that tells an id alone.

A worker asks, once a day for each person and process at most. Until then the person has no name.
"""

import time
from collections import OrderedDict
from uuid import UUID

from shared.channels.accounts import Account
from shared.channels.proofs import Person
from shared.conversations import contacts
from shared.db import HouseSession, TenantSession
from shared.jobs import queue
from shared.jobs.kinds import CHANNEL_PERSON
from shared.jobs.nudges import nudge

ASKED_EVERY_S = 86_400.0
REMEMBERED = 10_000


class _Asked:
    """Whom this process has asked about, and when."""

    def __init__(self) -> None:
        self._at: OrderedDict[tuple[UUID, str], float] = OrderedDict()

    def is_due(self, connection_id: UUID, external_id: str) -> bool:
        now, who = time.monotonic(), (connection_id, external_id)
        if who in self._at and now - self._at[who] < ASKED_EVERY_S:
            return False
        self._at[who] = now
        self._at.move_to_end(who)
        if len(self._at) > REMEMBERED:
            self._at.popitem(last=False)
        return True


_asked = _Asked()


async def ask_about(account: Account, external_id: str) -> None:
    """Have a worker ask who this is."""
    if not _asked.is_due(account.id, external_id):
        return
    async with TenantSession(account.tenant_id) as session, session.transaction():
        job_id = await queue.add(
            session,
            tenant_id=account.tenant_id,
            kind=CHANNEL_PERSON,
            subject=str(account.id),
            unique_key=f"{CHANNEL_PERSON}:{account.id}:{external_id}",
            args={"external_id": external_id},
        )
    nudge(account.tenant_id, job_id)


async def is_called(account: Account, external_id: str, person: Person) -> None:
    """The platform said so."""
    async with HouseSession(account.tenant_id, "jobs") as session, session.transaction():
        await contacts.name(
            session,
            account.id,
            external_id,
            display_name=person.name,
            language=person.language,
        )
