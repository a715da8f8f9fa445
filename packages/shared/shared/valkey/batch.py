"""Sends commands to Valkey in batches: published frames and queued nudges.

Commands put while a batch is on its way leave with the next, in order and in one round trip. With
nothing on its way they leave at the event loop's next turn. The batch is bounded and may be lost:
PostgreSQL is the truth, and a reader that misses something finds it there.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from shared.config import settings
from shared.log import get_logger
from shared.outages import VALKEY_AWAY
from shared.valkey.client import get_redis

log = get_logger(__name__)

BATCH = 256

_batches: "WeakKeyDictionary[asyncio.AbstractEventLoop, Batch]" = WeakKeyDictionary()


Words = tuple[str | bytes | int, ...]
"""A command and its arguments."""
Told = Callable[[Any], None]
"""Called with Valkey's reply; with None if the command was lost or refused."""


class Batch:
    """The batch of one event loop; get it from `get_batch`."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Words, Told | None]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._down_since: float | None = None

    def put(self, *words: str | bytes | int, told: Told | None = None) -> bool:
        """Queue a command; it is sent soon. False if there is no room and it is dropped."""
        if len(self._waiting) >= settings.redis.batch_size:
            log.warning("outbox_full", command=words[0])
            return False
        self._waiting.append((words, told))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all(), name="valkey-batch")
        return True

    async def ask(self, *words: str | bytes | int) -> Any:
        """As `put`, and wait for Valkey's reply; None if it was lost, refused or dropped."""
        reply = asyncio.get_running_loop().create_future()

        def told(came: Any) -> None:
            if not reply.done():
                reply.set_result(came)

        return await reply if self.put(*words, told=told) else None

    async def empty(self, within_s: float) -> None:
        """Wait up to `within_s` seconds for what is queued to leave."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=within_s)

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                size = min(BATCH, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                replies = await self._send([words for words, _ in batch])
                for (_, told), reply in zip(batch, replies, strict=True):
                    if told is not None:
                        told(reply)
        finally:
            self._sending = None

    async def _send(self, batch: list[Words]) -> list[Any]:
        try:
            replies = await _replies(batch)
        except VALKEY_AWAY as error:
            if self._down_since is None:
                self._down_since = time.monotonic()
                log.warning("valkey_unreachable", error=type(error).__name__)
            return [None] * len(batch)
        if self._down_since is not None:
            log.info("valkey_back", down_s=round(time.monotonic() - self._down_since, 1))
            self._down_since = None
        return replies


async def _replies(batch: list[Words]) -> list[Any]:
    if len(batch) == 1:
        return [await get_redis().execute_command(*batch[0])]  # type: ignore[no-untyped-call]
    pipeline = get_redis().pipeline(transaction=False)
    for words in batch:
        pipeline.execute_command(*words)
    replies = await pipeline.execute(raise_on_error=False)
    refused = [reply for reply in replies if isinstance(reply, Exception)]
    if refused:
        log.warning("valkey_refused", error=str(refused[0]), commands=len(refused))
    return [None if isinstance(reply, Exception) else reply for reply in replies]


def get_batch() -> Batch:
    """The running loop's batch."""
    loop = asyncio.get_running_loop()
    batch = _batches.get(loop)
    if batch is None:
        batch = _batches[loop] = Batch()
    return batch
