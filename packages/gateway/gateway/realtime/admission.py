"""Admission: how many sockets may be open, and how fast a client may send.

Each process counts its own sockets, because they use its memory: per address before they are
authenticated, per person afterwards, and in all. Every way out of a socket lowers its count.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from shared.config import settings
from shared.errors import TooMany

COME_BACK_S = 5
Counted = TypeVar("Counted")


class Arrival:
    """A socket until it ends; counted for its address at first, then for its person."""

    __slots__ = ("_address", "_admission", "_user_id")

    def __init__(self, admission: "Admission", address: str) -> None:
        self._admission = admission
        self._address: str | None = address
        self._user_id: UUID | None = None

    def identified(self, user_id: UUID) -> None:
        """Count the socket for its person from now on. Raises TooMany if they have too many."""
        of_users = self._admission.of_users
        if settings.limits.enabled and of_users[user_id] >= settings.sockets.per_user:
            raise TooMany(
                f"You have {settings.sockets.per_user} connections open here, which is the most. "
                "Close some first.",
                code="too_many_connections",
                retry_after_s=COME_BACK_S,
            )
        self._leave_address()
        of_users[user_id] += 1
        self._user_id = user_id

    def _leave_address(self) -> None:
        if self._address is not None:
            _less(self._admission.of_addresses, self._address)
            self._address = None

    def left(self) -> None:
        self._leave_address()
        if self._user_id is not None:
            _less(self._admission.of_users, self._user_id)


class Admission:
    """The counts of this process."""

    def __init__(self) -> None:
        self.of_addresses: Counter[str] = Counter()
        self.of_users: Counter[UUID] = Counter()
        self.open = 0

    @contextmanager
    def arriving(self, address: str) -> Iterator[Arrival]:
        """Count a socket for as long as the block lasts. Raises TooMany before it is accepted."""
        if settings.limits.enabled and (
            self.open >= settings.sockets.per_gateway
            or self.of_addresses[address] >= settings.sockets.unauthenticated_per_address
        ):
            raise TooMany(
                "Too many connections are being opened. Try again in some seconds.",
                code="too_many_connections",
                retry_after_s=COME_BACK_S,
            )
        self.open += 1
        self.of_addresses[address] += 1
        arrival = Arrival(self, address)
        try:
            yield arrival
        finally:
            arrival.left()
            self.open -= 1


def _less(counts: Counter[Counted], key: Counted) -> None:
    """Lower the count; a count of 0 is removed."""
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


class Pace:
    """A rate limit: `per_second` on average, `burst` at once."""

    __slots__ = ("_at", "_burst", "_left", "_per_second")

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left = float(burst)
        self._at = time.monotonic()

    def allows(self) -> bool:
        """Whether one more is allowed; if so, it is counted."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


admission = Admission()
