"""An account on the scripted platform, connected to a tenant: for tests of what channels promise.

The platform runs on the test's own loop; what people write comes in over HTTP through the real
gateway, and what is sent goes out over HTTP from real senders.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from orchestrator.channels.sending.senders import Senders
from orchestrator.scripted_channel import Account, ScriptedChannel
from shared.channels import credentials
from shared.db import SystemSession, TenantSession
from shared.models import ChannelConnection
from shared.runs import leases

from tests.support.people import World
from tests.support.waiting import eventually


@dataclass
class Line:
    """An account and our connection to it."""

    account: Account
    connection_id: UUID
    world: World
    superuser: psycopg.Connection

    @property
    def path(self) -> str:
        return f"/channels/scripted/{self.connection_id}"

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """Rows of this query; the tenant is its first parameter."""
        return self.superuser.execute(query, (self.world.id, *parameters)).fetchall()

    def deliveries(self) -> list[tuple[str, int, str | None]]:
        """(state, n, code) of each delivery, in the order of sending."""
        return [
            (state, n, code)
            for state, n, code in self.rows(
                "SELECT state, n, last_code FROM deliveries"
                " WHERE tenant_id = %s AND connection_id = %s ORDER BY conversation_id, seq, n",
                self.connection_id,
            )
        ]

    async def until(self, *states: str, within_s: float = 20.0) -> None:
        """Wait until the deliveries have these states."""
        await eventually(
            lambda: [state for state, _, _ in self.deliveries()] == list(states),
            f"deliveries {states}, now {self.deliveries()}",
            within_s=within_s,
        )

    def person(self, place: str) -> UUID:
        """A conversation with a person of this place, after one message of theirs."""
        contact, conversation = uuid4(), uuid4()
        self.superuser.execute(
            "INSERT INTO contacts (id, tenant_id) VALUES (%s, %s)", (contact, self.world.id)
        )
        self.superuser.execute(
            "INSERT INTO contact_addresses (tenant_id, contact_id, connection_id, external_id)"
            " VALUES (%s, %s, %s, %s)",
            (self.world.id, contact, self.connection_id, place),
        )
        self.superuser.execute(
            "INSERT INTO conversations (id, tenant_id, channel, agent_id, connection_id,"
            " external_key, contact_id) VALUES (%s, %s, 'scripted', %s, %s, %s, %s)",
            (
                conversation,
                self.world.id,
                self.world.agent_id,
                self.connection_id,
                str(contact),
                contact,
            ),
        )
        return conversation

    def answer(self, conversation: UUID, text: str) -> UUID:
        """Store an answer of the agent with its delivery, as an outcome does."""
        message = uuid4()
        with self.superuser.transaction():
            self.superuser.execute(
                "INSERT INTO messages (id, tenant_id, channel, conversation_id, role, content)"
                " VALUES (%s, %s, 'scripted', %s, 'assistant', %s)",
                (message, self.world.id, conversation, text),
            )
            self.superuser.execute(
                "INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id,"
                " message_id, seq) SELECT tenant_id, channel, %s, conversation_id, id, seq"
                " FROM messages WHERE id = %s",
                (self.connection_id, message),
            )
        return message


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
    return Line(account, connection.id, world, superuser)


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
