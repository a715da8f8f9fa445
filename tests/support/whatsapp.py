"""A number on the scripted WhatsApp, connected to a tenant as a business connects it.

The platform runs on the test's own loop. What people write comes in over HTTP through a real
gateway, and what is sent goes out over HTTP from real senders.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_whatsapp import Number, ScriptedWhatsApp
from shared.channels import connections
from shared.channels.known_accounts import known_accounts
from shared.config import get_settings
from shared.db import SystemSession, TenantSession
from shared.jobs import queue
from shared.models import Job
from shared.runs import leases

from tests.support.gateway_here import gateway_here
from tests.support.outside import OutsideLine
from tests.support.people import World

VERIFY_TOKEN = "a token of the operator's"


@dataclass
class WhatsAppLine(OutsideLine):
    number: Number = field(kw_only=True)

    async def settled(self) -> None:
        """All that happened at the number was told."""
        await self.number.webhooks.all_taken(20.0)

    def contacts(self) -> list[tuple[str, str | None, str | None]]:
        """(address, number, name) of everybody known here."""
        return self.rows(
            "SELECT external_id, number, display_name FROM contact_addresses"
            " WHERE tenant_id = %s AND connection_id = %s ORDER BY created_at",
            self.connection_id,
        )

    def reported(self) -> list[tuple[str, bool, bool]]:
        """(state, delivered, read) of each delivery."""
        return self.rows(
            "SELECT state, delivered_at IS NOT NULL, read_at IS NOT NULL FROM deliveries"
            " WHERE tenant_id = %s AND connection_id = %s ORDER BY conversation_id, seq, n",
            self.connection_id,
        )


@dataclass
class WhatsAppHere:
    platform: ScriptedWhatsApp
    jobs: JobRunner
    url: str
    superuser: psycopg.Connection

    async def connect(
        self, number: Number, world: World, *, own_app: bool = True, **given: Any
    ) -> WhatsAppLine:
        job = await self.tried(number, world, own_app=own_app, **given)
        assert job.state == "done", job.result
        assert job.result is not None
        id_ = UUID(job.result["id"])
        return WhatsAppLine(id_, world, self.superuser, "whatsapp", number=number)

    async def tried(
        self, number: Number, world: World, *, own_app: bool = True, **given: Any
    ) -> Job:
        """The job that proves it, when it has ended."""
        answers = {
            "phone_number_id": number.phone_number_id,
            "access_token": number.access_token,
            "waba_id": number.waba,
        }
        if own_app:
            answers["app_secret"] = number.app.secret
        async with TenantSession(world.id) as session, session.transaction():
            _, job_id = await connections.claim(
                session,
                tenant_id=world.id,
                agent_id=world.agent_id,
                channel="whatsapp",
                given=answers | given,
            )
        return await self.done(world, job_id)

    async def check(self, line: WhatsAppLine) -> dict[str, Any]:
        async with TenantSession(line.world.id) as session, session.transaction():
            connection = await connections.find(session, line.connection_id)
            job_id = await connections.ask_for_check(session, connection)
        return (await self.done(line.world, job_id)).result or {}

    async def disconnect(self, line: WhatsAppLine) -> None:
        async with TenantSession(line.world.id) as session, session.transaction():
            connection = await connections.find(session, line.connection_id)
            job_id = await connections.give_up(session, connection)
        assert job_id is not None
        await self.done(line.world, job_id)
        known_accounts.forget_all()

    async def done(self, world: World, job_id: UUID) -> Job:
        await self.jobs.handle({"job_id": str(job_id), "tenant_id": str(world.id)})
        async with asyncio.timeout(20):
            while True:
                job = await queue.look_up(world.id, job_id)
                assert job is not None
                if job.state not in queue.UNFINISHED:
                    return job
                await asyncio.sleep(0.02)


@asynccontextmanager
async def whatsapp_here(
    settings: pytest.MonkeyPatch, superuser: psycopg.Connection
) -> AsyncIterator[WhatsAppHere]:
    """The platform, a gateway it reaches, and a worker's jobs; settings point at all of them."""
    async with ScriptedWhatsApp() as platform:
        operators = platform.app("operator")
        settings.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "true")
        settings.setenv("KONSTRUCT_WHATSAPP_API_URL", platform.base_url)
        settings.setenv("KONSTRUCT_WHATSAPP_APP_SECRET", operators.secret)
        settings.setenv("KONSTRUCT_WHATSAPP_VERIFY_TOKEN", VERIFY_TOKEN)
        async with gateway_here(settings) as gateway:
            operators.callback_url = f"{gateway.url}/channels/whatsapp/events"
            settings.setenv("KONSTRUCT_PUBLIC_URL", gateway.url)
            get_settings.cache_clear()
            worker_id = uuid4()
            async with SystemSession("lease") as session, session.transaction():
                await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
            jobs = JobRunner(worker_id)
            await jobs.start()
            try:
                yield WhatsAppHere(platform, jobs, gateway.url, superuser)
            finally:
                await jobs.stop()
                known_accounts.forget_all()
