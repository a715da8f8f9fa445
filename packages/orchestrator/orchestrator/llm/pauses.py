"""Who is not asked first for a while, because it was busy, broken or refused us."""

import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TypeVar

MAX_PAUSED = 1_024
Who = TypeVar("Who", bound=Hashable)


class Pauses:
    """Of one worker; another finds out by itself. Bounded: the oldest is forgotten first."""

    def __init__(self) -> None:
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def begin(self, who: Hashable, seconds: float) -> None:
        self._until[who] = time.monotonic() + seconds
        self._until.move_to_end(who)
        while len(self._until) > MAX_PAUSED:
            self._until.popitem(last=False)

    def end(self, who: Hashable) -> None:
        self._until.pop(who, None)

    def in_order(self, everybody: Sequence[Who]) -> list[Who]:
        """Those who may be asked, then those who are paused, each in the order given: whoever is
        paused is still better than nobody."""
        now = time.monotonic()
        return sorted(everybody, key=lambda who: self._until.get(who, 0.0) > now)
