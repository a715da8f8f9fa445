"""Rate limits, counted in Valkey for all processes together.

While Valkey is away each process counts in its own memory. So a gateway then allows what it would
alone, instead of letting everything through or nobody in. It asks Valkey again after a moment, so
that a Valkey that does not answer delays one message and not all.
"""

import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TypeVar

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    RateLimiter,
)

from shared.config import settings
from shared.errors import TooMany
from shared.log import get_logger
from shared.outages import VALKEY_AWAY
from shared.redis_keys import LIMITS_PREFIX
from shared.valkey.client import get_redis

log = get_logger(__name__)

ASK_AGAIN_S = 3.0
_away_until: dict[str, float] = {}
"""Per Valkey address, the time until which it is not asked, after it did not answer."""

Answer = TypeVar("Answer")


async def require(limit: str, *key: str, message: str, code: str | None = None) -> None:
    """Use up one of `limit`. Raises TooMany, with the seconds until there is room."""
    if not await use(limit, *key):
        raise TooMany(message, code=code, retry_after_s=await _wait_s(limit, *key))


async def require_room(limit: str, *key: str, message: str) -> None:
    """Raise TooMany if nothing is left of `limit`, without using any of it."""
    if settings.limits.enabled:
        item = _parsed(limit)
        if not await _count(MovingWindowRateLimiter, lambda counter: counter.test(item, *key)):
            raise TooMany(message, retry_after_s=await _wait_s(limit, *key))


async def use(limit: str, *key: str) -> bool:
    """Use up one of `limit`; False if none was left."""
    if not settings.limits.enabled:
        return True
    item = _parsed(limit)
    return await _count(MovingWindowRateLimiter, lambda counter: counter.hit(item, *key))


class Attempts:
    """Limits failures in a period; each attempt is counted before it is made.

    An attempt takes a place first, and gives it back if it succeeds. So a thousand attempts at the
    same moment cannot get around the limit.
    """

    def __init__(self, limit: str, *key: str, message: str) -> None:
        self._item = _parsed(limit)
        self._key = key
        self._message = message

    async def begin(self) -> None:
        """Take a place. Raises TooMany when none is left."""
        if not settings.limits.enabled:
            return
        if not await self._count(lambda counter: counter.hit(self._item, *self._key)):
            stats = await self._count(
                lambda counter: counter.get_window_stats(self._item, *self._key)
            )
            raise TooMany(self._message, retry_after_s=_seconds_until(stats.reset_time))

    async def succeeded(self) -> None:
        """Give the place back."""
        if settings.limits.enabled:
            await self._count(lambda counter: counter.hit(self._item, *self._key, cost=-1))

    async def _count(self, ask: Callable[[RateLimiter], Awaitable[Answer]]) -> Answer:
        return await _count(FixedWindowRateLimiter, ask)


async def _wait_s(limit: str, *key: str) -> int:
    item = _parsed(limit)
    stats = await _count(
        MovingWindowRateLimiter, lambda counter: counter.get_window_stats(item, *key)
    )
    return _seconds_until(stats.reset_time)


def _seconds_until(moment: float) -> int:
    return max(1, round(moment - time.time() + 0.5))


async def _count(
    strategy: type[RateLimiter], ask: Callable[[RateLimiter], Awaitable[Answer]]
) -> Answer:
    url = settings.redis.url
    if time.monotonic() >= _away_until.get(url, 0):
        try:
            return await ask(strategy(_in_valkey()))
        except VALKEY_AWAY as error:
            log.warning("limits_counted_in_memory", error=type(error).__name__)
            _away_until[url] = time.monotonic() + ASK_AGAIN_S
    return await ask(strategy(_in_memory()))


@lru_cache(maxsize=1024)
def _parsed(limit: str) -> RateLimitItem:
    return parse(limit)


@lru_cache(maxsize=1)
def _in_memory() -> MemoryStorage:
    return MemoryStorage()


def _in_valkey() -> RedisStorage:
    return RedisStorage(
        f"async+{settings.redis.url}",
        implementation="redispy",
        key_prefix=LIMITS_PREFIX,
        connection_pool=get_redis().connection_pool,  # type: ignore[arg-type]
    )
