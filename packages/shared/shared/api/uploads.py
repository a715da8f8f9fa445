"""Files that a request brings as its body. They are held in memory, so only some come at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from fastapi import Request

from shared.errors import TooMany

AT_ONCE = 8
AT_ONCE_OF_A_TENANT = 3
TURN_WITHIN_S = 60.0

_all = asyncio.Semaphore(AT_ONCE)
_of_tenants: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()


async def uploaded(request: Request, tenant_id: UUID) -> bytes:
    """The body, once it is this tenant's turn. Until then nothing of it is read. Raises TooMany.

    The caller holds no connection of the database meanwhile.
    """
    async with _turn(tenant_id):
        return await request.body()


@asynccontextmanager
async def _turn(tenant_id: UUID) -> AsyncIterator[None]:
    own = _of_tenants.setdefault(tenant_id, asyncio.Semaphore(AT_ONCE_OF_A_TENANT))
    try:
        async with asyncio.timeout(TURN_WITHIN_S):
            await own.acquire()
            try:
                await _all.acquire()
            except BaseException:
                own.release()
                raise
    except TimeoutError:
        raise TooMany(
            "Too many files come at once. Send this one again in a moment.", retry_after_s=10
        ) from None
    try:
        yield
    finally:
        _all.release()
        own.release()
