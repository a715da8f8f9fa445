"""What a client has begun must come to an end: a head, a body, a message in pieces, the taking of
an answer.

uvicorn waits for ever for a client that goes on slowly. Here everything that is unfinished is
looked at once a second, by one timer for all connections, and ended when it is overdue. Most of
it is over before anybody looks, so it costs an entry in a dict. Of one address only so much may
be unfinished at once; what has been so longest gives way, so that somebody quick still gets in.
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
    """What is asked of one that has something unfinished. No call may block."""

    def is_overdue(self, now: float) -> bool:
        """Whether it must end; it may find that nothing is unfinished any more and leave."""

    def counted_as(self) -> str | None:
        """The address that is answerable for it; None if that is not known."""

    def give_up(self) -> None:
        """End it."""


class Unfinished:
    """The connections of one process with something unfinished, in the order they began it."""

    def __init__(self) -> None:
        self._since: dict[Connection, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return len(self._since)

    def add(self, connection: Connection, now: float) -> None:
        """It has begun something at `now`, by the loop's clock."""
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
        """The oldest of each address that has too many which are not quite new."""
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
