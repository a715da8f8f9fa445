"""Fair scheduling: each tenant has a queue; a free slot goes to the tenant using the fewest.

So other tenants wait for one slot, and not for one tenant's whole flood. A nudge only says that a
message waits. Nudges in this queue are not lost with the process: PostgreSQL has the runs, and the
sweep nudges again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

MAX_WAITING = 20_000
"""Nudges held at most, 1 kB each. The sweep sees to the rest."""


class Slot:
    """Room for one answer. Its first milliseconds are the claim."""

    def __init__(self, queue: "FairQueue", tenant_id: UUID, name: str) -> None:
        self._queue = queue
        self.tenant_id = tenant_id
        self.name = name
        self.begins: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.is_claiming = False

    def claimed(self) -> None:
        """Call when the claim is over, whatever its result: another may begin."""
        if self.is_claiming:
            self.is_claiming = False
            self._queue.claim_is_over()


class FairQueue:
    """At most `slots` answers at once, at most `claims` of them being claimed. A claim holds a
    connection."""

    def __init__(self, *, slots: int, claims: int) -> None:
        self._free_slots = slots
        self._free_claims = claims
        self._waiting: dict[UUID, dict[str, Slot]] = {}
        self._taken: Counter[UUID] = Counter()
        self._count = 0
        self.closed = False

    @property
    def waiting(self) -> int:
        """Nudges that have no slot yet."""
        return self._count

    @asynccontextmanager
    async def slot(self, tenant_id: UUID, name: str) -> AsyncIterator[Slot | None]:
        """Wait for this tenant's turn and return a slot. None if `name` waits already, if too many
        wait, or if the queue closes meanwhile."""
        queue = self._waiting.setdefault(tenant_id, {})
        if name in queue or self.closed or self._count >= MAX_WAITING:
            self._forget_if_empty(tenant_id)
            yield None
            return
        slot = queue[name] = Slot(self, tenant_id, name)
        self._count += 1
        self._seat()
        try:
            begins = await slot.begins
        except asyncio.CancelledError:
            if slot.begins.done() and not slot.begins.cancelled() and slot.begins.result():
                self._leave(slot)
            else:
                self._give_up(slot)
            raise
        if not begins:
            yield None
            return
        try:
            yield slot
        finally:
            self._leave(slot)

    def claim_is_over(self) -> None:
        self._free_claims += 1
        self._seat()

    def close(self) -> None:
        """Give out no more slots; all that wait get None."""
        self.closed = True
        for queue in self._waiting.values():
            for slot in queue.values():
                if not slot.begins.done():
                    slot.begins.set_result(False)
        self._waiting.clear()
        self._count = 0

    def _seat(self) -> None:
        while self._waiting and self._free_slots and self._free_claims:
            # If several use equally few: the one whose last slot is longest ago.
            tenant_id = min(self._waiting, key=self._taken.__getitem__)
            queue = self._waiting.pop(tenant_id)
            slot = queue.pop(next(iter(queue)))
            if queue:
                self._waiting[tenant_id] = queue
            self._count -= 1
            if slot.begins.done():
                continue  # this waiter was cancelled just now
            self._free_slots -= 1
            self._free_claims -= 1
            self._taken[tenant_id] += 1
            slot.is_claiming = True
            slot.begins.set_result(True)

    def _leave(self, slot: Slot) -> None:
        self._free_slots += 1
        self._taken[slot.tenant_id] -= 1
        if not self._taken[slot.tenant_id]:
            del self._taken[slot.tenant_id]
        if slot.is_claiming:
            slot.claimed()  # lets the next claim begin
        else:
            self._seat()

    def _give_up(self, slot: Slot) -> None:
        queue = self._waiting.get(slot.tenant_id, {})
        if queue.pop(slot.name, None) is not None:
            self._count -= 1
            self._forget_if_empty(slot.tenant_id)

    def _forget_if_empty(self, tenant_id: UUID) -> None:
        if not self._waiting.get(tenant_id, True):
            del self._waiting[tenant_id]
