"""Seals everything anew to the newest keys, in place, and looks whether everything opens.

By batches, each a transaction; broken off anywhere, it is simply run again. Nothing but `key_id`
and `sealed` changes.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from shared.db import SystemSession
from shared.secrets import repository
from shared.secrets.envelope import SecretUnreadable, open_sealed, seal
from shared.secrets.opening import ring_for

BATCH = 200


@dataclass
class Progress:
    """So far. `unreadable` counts by key id what did not open; it stays as it was."""

    looked_at: int = 0
    resealed: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)


async def rotate() -> AsyncIterator[Progress]:
    """Seal anew what is sealed to older keys; after each batch, how far it is. Raises ConfigError
    without the private ring."""
    async for progress in _walk(reseal=True):
        yield progress


async def look() -> AsyncIterator[Progress]:
    """The same without changing anything."""
    async for progress in _walk(reseal=False):
        yield progress


async def counts() -> list[tuple[str, str, int]]:
    """(purpose, key id, how many), without opening any."""
    async with SystemSession("secrets") as session, session.transaction():
        return list(await repository.counts(session))


async def _walk(*, reseal: bool) -> AsyncIterator[Progress]:
    progress = Progress()
    after: UUID | None = None
    while True:
        async with SystemSession("secrets") as session, session.transaction():
            rows = await repository.sealed_after(session, after, limit=BATCH, lock=reseal)
            for row in rows:
                await _look_at(session, row, progress, reseal=reseal)
        if not rows:
            return
        after = rows[-1].id
        yield progress


async def _look_at(
    session: SystemSession, row: repository.Row, progress: Progress, *, reseal: bool
) -> None:
    ring = ring_for(row.purpose)
    progress.looked_at += 1
    try:
        value = open_sealed(row.sealed or "", row.place, ring)
    except SecretUnreadable:
        progress.unreadable[row.key_id or ""] += 1
        return
    if reseal and row.key_id != ring[0].id:
        await repository.reseal(session, row, seal(value, row.place, ring[0].public))
        progress.resealed += 1
