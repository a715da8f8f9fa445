"""What leaves for Valkey in batches: frames published, nudges queued.

Everything given while a batch is on its way leaves with the next, in order and in one round trip;
with nothing on its way, at the event loop's next turn. It is bounded and may be lost: PostgreSQL
is the truth, and whoever misses something finds it there.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from shared.config import settings
from shared.db.away import VALKEY_AWAY
from shared.log import get_logger
from shared.redis import get_redis

log = get_logger(__name__)

BATCH = 256

_outboxes: "WeakKeyDictionary[asyncio.AbstractEventLoop, Outbox]" = WeakKeyDictionary()


Told = Callable[[bool], None]
"""Hears whether a command has left, or was lost."""


class Outbox:
    """One event loop's; `get_outbox` gives it."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[tuple[str, str, bytes], Told | None]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._down_since: float | None = None

    def put(self, name: str, key: str, data: bytes, told: Told | None = None) -> bool:
        """Have Valkey do `name key data`, soon. False if there is no room and it is dropped."""
        if len(self._waiting) >= settings.outbox_size:
            log.warning("outbox_full", command=name)
            return False
        self._waiting.append(((name, key, data), told))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all(), name="outbox")
        return True

    async def send(self, name: str, key: str, data: bytes) -> None:
        """As `put`, and wait until it has left or was lost."""
        left = asyncio.Event()
        if self.put(name, key, data, lambda _: left.set()):
            await left.wait()

    async def empty(self, within_s: float) -> None:
        """Give what waits a moment to leave."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=within_s)

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                size = min(BATCH, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                has_left = await self._send([words for words, _ in batch])
                for _, told in batch:
                    if told is not None:
                        told(has_left)
        finally:
            self._sending = None

    async def _send(self, batch: list[tuple[str, str, bytes]]) -> bool:
        try:
            if len(batch) == 1:
                await get_redis().execute_command(*batch[0])  # type: ignore[no-untyped-call]
            else:
                pipeline = get_redis().pipeline(transaction=False)
                for words in batch:
                    pipeline.execute_command(*words)
                await pipeline.execute()
        except VALKEY_AWAY as error:
            if self._down_since is None:
                self._down_since = time.monotonic()
                log.warning("valkey_unreachable", error=type(error).__name__)
            return False
        if self._down_since is not None:
            log.info("valkey_back", down_s=round(time.monotonic() - self._down_since, 1))
            self._down_since = None
        return True


def get_outbox() -> Outbox:
    """The running loop's."""
    loop = asyncio.get_running_loop()
    outbox = _outboxes.get(loop)
    if outbox is None:
        outbox = _outboxes[loop] = Outbox()
    return outbox
