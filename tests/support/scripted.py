"""An account on the scripted platform, connected to a tenant: for tests of what channels promise.

The platform runs on the test's own loop; what people write comes in over HTTP through the real
gateway, and what is sent goes out over HTTP from real senders.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from orchestrator.channels.sending.senders import Senders
from orchestrator.scripted_channel import Account, ScriptedChannel
from shared.channels import credentials
from shared.db import SystemSession, TenantSession
from shared.models import ChannelConnection
from shared.runs import leases

from tests.support.outside import OutsideLine
from tests.support.people import World


@dataclass
class Line(OutsideLine):
    """An account and our connection to it."""

    account: Account = field(kw_only=True)


async def connect(
    world: World,
    account: Account,
    superuser: psycopg.Connection,
    options: dict[str, Any] | None = None,
    **settings: str,
) -> Line:
    """A live connection of the account, without asking the platform."""
    given = {"api_token": account.token, "signing_secret": account.webhooks.secret}
    chosen = {"keys": account.keys, "own_id": account.bot_id}
    connection = ChannelConnection(
        id=uuid4(),
        tenant_id=world.id,
        agent_id=world.agent_id,
        channel_type="scripted",
        external_key=account.name,
        state="live",
        config={"settings": chosen | settings, "options": options or {}},
    )
    async with SystemSession("setup") as session, session.transaction():
        session.add(connection)
    async with TenantSession(world.id) as own, own.transaction():
        await credentials.keep(own, connection, given)
    return Line(connection.id, world, superuser, account=account)


@asynccontextmanager
async def sending() -> AsyncIterator[Senders]:
    """A worker's senders on this loop."""
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    senders = Senders(worker_id)
    await senders.start()
    try:
        yield senders
    finally:
        await senders.stop()


@asynccontextmanager
async def scripted_platform(settings: Any) -> AsyncIterator[ScriptedChannel]:
    """The platform, with this process's settings pointing at it."""
    from shared.config import get_settings

    async with ScriptedChannel() as platform:
        settings.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "true")
        settings.setenv("KONSTRUCT_SCRIPTED_API_URL", platform.base_url)
        get_settings.cache_clear()
        yield platform
        await asyncio.sleep(0)
