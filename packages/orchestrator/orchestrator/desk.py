"""Whose message is answered next, when more wait than this process can answer at once.

A nudge says only that a message waits. It waits here for one of the process's places, in its
tenant's queue; a place that is free goes to the tenant that has the fewest. So one tenant's flood
makes the others wait for one place and not for the flood. What waits here is not lost with the
process: PostgreSQL holds it, and the sweep nudges again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

MAX_WAITING = 20_000
"""Nudges held at most, 1 kB each; one more is left to the sweep."""


class Place:
    """Room for one answer. It is claimed first, which is over after some milliseconds."""

    def __init__(self, desk: "Desk", tenant_id: UUID, name: str) -> None:
        self._desk = desk
        self.tenant_id = tenant_id
        self.name = name
        self.begins: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.is_claiming = False

    def claimed(self) -> None:
        """The claim is over, whatever came of it: another may begin."""
        if self.is_claiming:
            self.is_claiming = False
            self._desk.claim_is_over()


class Desk:
    """`places` answers at once, and `claims` of them being claimed: these hold a connection."""

    def __init__(self, *, places: int, claims: int) -> None:
        self._free_places = places
        self._free_claims = claims
        self._waiting: dict[UUID, dict[str, Place]] = {}
        self._taken: Counter[UUID] = Counter()
        self._count = 0
        self.closed = False

    @property
    def waiting(self) -> int:
        """How many have no place yet."""
        return self._count

    @asynccontextmanager
    async def place(self, tenant_id: UUID, name: str) -> AsyncIterator[Place | None]:
        """A place when it is this tenant's turn; None if `name` waits already, too many do, or the
        desk has closed meanwhile."""
        queue = self._waiting.setdefault(tenant_id, {})
        if name in queue or self.closed or self._count >= MAX_WAITING:
            self._forget_if_empty(tenant_id)
            yield None
            return
        place = queue[name] = Place(self, tenant_id, name)
        self._count += 1
        self._seat()
        try:
            begins = await place.begins
        except asyncio.CancelledError:
            if place.begins.done() and not place.begins.cancelled() and place.begins.result():
                self._leave(place)
            else:
                self._give_up(place)
            raise
        if not begins:
            yield None
            return
        try:
            yield place
        finally:
            self._leave(place)

    def claim_is_over(self) -> None:
        self._free_claims += 1
        self._seat()

    def close(self) -> None:
        """Nobody is seated any more; who waits is told."""
        self.closed = True
        for queue in self._waiting.values():
            for place in queue.values():
                if not place.begins.done():
                    place.begins.set_result(False)
        self._waiting.clear()
        self._count = 0

    def _seat(self) -> None:
        while self._waiting and self._free_places and self._free_claims:
            # Among equals, whoever has waited longest since their last place.
            tenant_id = min(self._waiting, key=self._taken.__getitem__)
            queue = self._waiting.pop(tenant_id)
            place = queue.pop(next(iter(queue)))
            if queue:
                self._waiting[tenant_id] = queue
            self._count -= 1
            if place.begins.done():
                continue  # whoever waited was cancelled just now
            self._free_places -= 1
            self._free_claims -= 1
            self._taken[tenant_id] += 1
            place.is_claiming = True
            place.begins.set_result(True)

    def _leave(self, place: Place) -> None:
        self._free_places += 1
        self._taken[place.tenant_id] -= 1
        if not self._taken[place.tenant_id]:
            del self._taken[place.tenant_id]
        if place.is_claiming:
            place.claimed()  # which seats the next
        else:
            self._seat()

    def _give_up(self, place: Place) -> None:
        queue = self._waiting.get(place.tenant_id, {})
        if queue.pop(place.name, None) is not None:
            self._count -= 1
            self._forget_if_empty(place.tenant_id)

    def _forget_if_empty(self, tenant_id: UUID) -> None:
        if not self._waiting.get(tenant_id, True):
            del self._waiting[tenant_id]
