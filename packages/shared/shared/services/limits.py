"""Rate limits, counted in Valkey for all processes together; in memory while Valkey is away."""

from functools import lru_cache

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from shared.config import settings
from shared.db.away import VALKEY_AWAY
from shared.errors import TooMany
from shared.log import get_logger
from shared.redis import get_redis
from shared.redis_keys import LIMITS_PREFIX

log = get_logger(__name__)


@lru_cache(maxsize=64)
def _parsed(limit: str) -> RateLimitItem:
    return parse(limit)


@lru_cache(maxsize=1)
def _in_memory() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def _shared() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(
        RedisStorage(
            f"async+{settings.redis_url}",
            implementation="redispy",
            key_prefix=LIMITS_PREFIX,
            connection_pool=get_redis().connection_pool,  # type: ignore[arg-type]
        )
    )


async def require_room(limit: str, *key: str, message: str) -> None:
    """Raise TooMany if nothing is left of `limit`, without using any of it up."""
    if settings.limits_enabled:
        item = _parsed(limit)
        try:
            has_room = await _shared().test(item, *key)
        except VALKEY_AWAY:
            has_room = await _in_memory().test(item, *key)
        if not has_room:
            raise TooMany(message, retry_after_s=item.get_expiry())


async def use(limit: str, *key: str) -> bool:
    """Use one of `limit` up; False if none was left."""
    if not settings.limits_enabled:
        return True
    item = _parsed(limit)
    try:
        return await _shared().hit(item, *key)
    except VALKEY_AWAY as error:
        log.warning("limits_counted_in_memory", error=type(error).__name__)
        return await _in_memory().hit(item, *key)
