"""Ends what clients begin and do not finish.

That is: a head, a body, a fragmented message, reading a response.

uvicorn waits for ever for a slow client. Here one timer checks all unfinished connections once a
second, and ends those that are overdue. Most are finished before the first check, so each costs
only an entry in a dict. One address may have only so many unfinished at once; then its oldest are
ended, so that a quick client still gets in.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from shared.config import settings
from shared.log import get_logger

log = get_logger(__name__)

LOOK_EVERY_S = 1.0


class Connection(Protocol):
    """What is asked of a connection with something unfinished. No method may block."""

    def is_overdue(self, now: float) -> bool:
        """Whether it must end. A connection with nothing unfinished any more removes itself
        here."""

    def counted_as(self) -> str | None:
        """The address it is counted for; None if that is unknown."""

    def give_up(self) -> None:
        """End it."""


class Unfinished:
    """A process's connections with something unfinished, in the order they began it."""

    def __init__(self) -> None:
        self._since: dict[Connection, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return len(self._since)

    def add(self, connection: Connection, now: float) -> None:
        """The connection began something at `now`, by the loop's clock."""
        self._since.setdefault(connection, now)
        if self._timer is None or self._loop is not asyncio.get_running_loop():
            self._look_later()

    def discard(self, connection: Connection) -> None:
        self._since.pop(connection, None)

    def _look_later(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        ended = {each: None for each in tuple(self._since) if each.is_overdue(now)}
        ended |= dict.fromkeys(self._too_many(now))
        for connection in ended:
            self.discard(connection)
            connection.give_up()
        if ended:
            log.info("connections_overdue", ended=len(ended))
        if self._since:
            self._look_later()

    def _too_many(self, now: float) -> Iterator[Connection]:
        """The oldest connections of each address that has too many; those younger than
        `LOOK_EVERY_S` do not count."""
        if not settings.limits.enabled:
            return
        old = [each for each, since in self._since.items() if now - since >= LOOK_EVERY_S]
        most = settings.requests.unfinished_per_address
        if len(old) <= most:
            return
        surplus = Counter(each.counted_as() for each in old)
        for connection in old:
            address = connection.counted_as()
            if address is not None and surplus[address] > most:
                surplus[address] -= 1
                yield connection


unfinished = Unfinished()
