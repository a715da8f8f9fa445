"""Checks that Valkey answers."""

from redis.exceptions import RedisError
from shared.errors import ConfigError
from shared.valkey.client import get_redis

from konstruct.database_errors import first_line


async def answers() -> str:
    try:
        await get_redis().ping()
    except (RedisError, OSError) as error:
        raise ConfigError(
            f"It does not answer ({first_line(error)}). "
            "See that it runs and that KONSTRUCT_REDIS_URL is right."
        ) from error
    return "It answers."
