"""PostgreSQL: that it answers, keeps tenants apart, and has all our tables."""

import asyncio

from shared.config import settings
from shared.db import get_engine
from shared.db.engine import async_url, refuse_if_wall_is_bypassed
from shared.errors import ConfigError

from konstruct import schema


async def wall() -> str:
    engine = get_engine()
    await refuse_if_wall_is_bypassed(engine)
    return f"{engine.url.host}:{engine.url.port} answers, and row-level security binds our role."


async def migrations() -> str:
    url = async_url(settings.owner_database_url or settings.require_database_url())
    pending = await asyncio.to_thread(schema.pending, url)
    if pending:
        raise ConfigError(f"{len(pending)} are not applied. Run `konstruct migrate`.")
    return "All are applied."
