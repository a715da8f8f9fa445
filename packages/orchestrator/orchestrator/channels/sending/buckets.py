"""How fast may be sent: token buckets, in the memory of the one sender an account has."""

from collections import OrderedDict
from collections.abc import Callable

from orchestrator.channels.adapter import Rate

PLACES = 10_000
"""Conversations whose buckets are remembered; what is forgotten begins half full."""


class Bucket:
    """Begins half full: after a change of hands nobody knows what was sent a moment ago."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = max(1.0, rate.burst / 2)
        self._at = now

    def wait_s(self, now: float) -> float:
        """For how long there is none to take."""
        self._fill(now)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate.per_s

    def take(self, now: float) -> None:
        self._fill(now)
        self._tokens -= 1

    def _fill(self, now: float) -> None:
        grown = self._tokens + (now - self._at) * self._rate.per_s
        self._tokens = min(float(self._rate.burst), grown)
        self._at = now


class Buckets:
    """An account's own, and one for each of its conversations."""

    def __init__(self, account: Rate, place: Rate, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._account = Bucket(account, clock())
        self._place_rate = place
        self._places: OrderedDict[str, Bucket] = OrderedDict()

    def account_wait_s(self) -> float:
        return self._account.wait_s(self._clock())

    def place_wait_s(self, place: str) -> float:
        return self._of(place).wait_s(self._clock())

    def take(self, place: str) -> None:
        now = self._clock()
        self._account.take(now)
        self._of(place).take(now)

    def _of(self, place: str) -> Bucket:
        bucket = self._places.get(place)
        if bucket is None:
            bucket = self._places[place] = Bucket(self._place_rate, self._clock())
            if len(self._places) > PLACES:
                self._places.popitem(last=False)
        self._places.move_to_end(place)
        return bucket
