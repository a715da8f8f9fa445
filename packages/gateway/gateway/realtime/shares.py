"""One tenant's share of a gateway: how many of its messages are stored at the same time.

A message above that waits, in order, for an earlier one of its own tenant. So one tenant's flood
leaves database connections, and the loop's time, to the others.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from shared.config import settings
from shared.errors import Unavailable

SHARES = 4
LEAST = 2


@dataclass(slots=True)
class _Share:
    room: asyncio.Semaphore
    users: int = 0


class Shares:
    """Shares by tenant; unused ones are forgotten."""

    def __init__(self) -> None:
        self._shares: dict[UUID, _Share] = {}

    @asynccontextmanager
    async def of(self, tenant_id: UUID) -> AsyncIterator[None]:
        """Wait for room in this tenant's share, and hold it for the block. Raises Unavailable if
        the ones before it make no progress, as behind a lock."""
        share = self._shares.get(tenant_id)
        if share is None:
            places = max(LEAST, settings.database.pool_size // SHARES)
            share = self._shares[tenant_id] = _Share(asyncio.Semaphore(places))
        share.users += 1
        try:
            try:
                async with asyncio.timeout(settings.database.statement_timeout_s):
                    await share.room.acquire()
            except TimeoutError:
                raise Unavailable("Konstruct is very busy. Send it again shortly.") from None
            try:
                yield
            finally:
                share.room.release()
        finally:
            share.users -= 1
            if not share.users:
                del self._shares[tenant_id]
