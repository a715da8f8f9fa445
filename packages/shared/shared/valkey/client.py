"""The Valkey client: one per event loop, made at first use, every wait bounded.

Its pool waits for a free connection instead of refusing the 101st use. A command that fails because
a restarted server has closed the connection is tried once more on a new one. Every lost line raises
ConnectionError, so that code that can go on without Valkey does.
"""

import asyncio
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio as aioredis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry  # the class in redis.retry never retries with asyncio
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LineLost

from shared.config import settings
from shared.telemetry.metrics import watch_pool

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, aioredis.Redis] = WeakKeyDictionary()


def get_redis() -> aioredis.Redis:
    """The running loop's client."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        client = _clients[loop] = create_redis()
        watch_pool(
            client.connection_pool,
            "valkey",
            size=settings.redis.pool_size,
            in_use=lambda pool: len(pool._in_use_connections),
            # No public name counts the waiters; a test checks that this one does.
            waiting=lambda pool: len(pool._condition._waiters),
        )
    return client


def create_redis() -> aioredis.Redis:
    pool = aioredis.BlockingConnectionPool.from_url(
        settings.redis.url,
        max_connections=settings.redis.pool_size,
        timeout=settings.redis.socket_timeout_s,
        socket_connect_timeout=settings.redis.connect_timeout_s,
        socket_timeout=settings.redis.socket_timeout_s,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=15,
    )
    pool.connection_class = _knowing_uvloop(pool.connection_class)
    return aioredis.Redis.from_pool(pool)


def _knowing_uvloop(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Make a line that the other side has reset raise an OSError, as with asyncio's own loop.
    uvloop raises a RuntimeError, which redis-py lets through; it ended tasks that survive any
    OSError."""

    class Connection(kind):  # type: ignore[misc, valid-type]
        async def send_packed_command(
            self, command: bytes | str | Iterable[bytes], check_health: bool = True
        ) -> Any:
            try:
                return await super().send_packed_command(command, check_health)
            except RuntimeError as error:
                raise LineLost(f"The line to Valkey is lost: {error}") from error

    return Connection


async def close_redis() -> None:
    """Close the running loop's client, if it has one."""
    client = _clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()
