"""Checks PostgreSQL: it answers, keeps tenants apart, has room for us, and has all our tables."""

import asyncio

from shared.config import settings
from shared.db import get_engine
from shared.db.connection_room import BESIDE_POOLS, NAME, wanted
from shared.db.engine import async_url, refuse_if_wall_is_bypassed
from shared.errors import ConfigError
from shared.models.schema import connections_allowed

from konstruct import schema


async def wall() -> str:
    engine = get_engine()
    await refuse_if_wall_is_bypassed(engine)
    return f"{engine.url.host}:{engine.url.port} answers, and row-level security binds our role."


async def migrations() -> str:
    url = async_url(settings.database.owner_url or settings.database.require_url())
    pending = await asyncio.to_thread(schema.pending, url)
    if pending:
        raise ConfigError(f"{len(pending)} are not applied. Run `konstruct migrate`.")
    return "All are applied."


async def connections() -> str:
    """Whether all running processes can fill their pools without being refused."""
    async with get_engine().connect() as connection:
        allowed, processes = await connections_allowed(connection, ours=f"{NAME} %")
    pool = settings.database.pool_size
    needed = wanted(processes, pool)
    of_ours = f"{processes} gateways and workers may open {pool} each"
    if needed > allowed:
        fits = max(1, (allowed - BESIDE_POOLS) // max(1, processes))
        raise ConfigError(
            f"{of_ours}, which with {BESIDE_POOLS} for migrations and commands makes {needed}; "
            f"PostgreSQL takes {allowed}. Set max_connections to {needed} or more there, or "
            f"KONSTRUCT_DATABASE_POOL_SIZE to {fits} for all of them."
        )
    return f"{of_ours}; with {BESIDE_POOLS} beside them that is {needed} of {allowed}."
