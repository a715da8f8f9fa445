"""The installation that all cases share: one database, the real gateway, senders and jobs of two
workers on the test's own loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from gateway.main import app
from orchestrator.channels.sending.senders import Senders
from orchestrator.jobs.runner import JobRunner
from shared.channels import connections
from shared.db import SystemSession, TenantSession
from shared.jobs import queue
from shared.models import Job
from shared.runs import leases
from shared.valkey.publish import publish_delivery_ready

from tests.integration.conformance.driver import Account, Driver, Word
from tests.support.outside import OutsideLine
from tests.support.people import World, make_world

WORKERS = 2


@dataclass
class Connected(OutsideLine):
    """An account, connected by its form and a worker's job, as a business connects it."""

    driver: Driver = field(kw_only=True)
    account: Account = field(kw_only=True)
    api: httpx.AsyncClient = field(kw_only=True)

    async def tell(self, *words: Word, **how: Any) -> list[int]:
        """What the platform posts of these words, one after the other; our answers."""
        return [await self.post(self.driver.said(self.account, word), **how) for word in words]

    async def post(self, event: Any, *, path: str | None = None, **how: Any) -> int:
        posted = self.driver.posted(self.account, event, **how)
        answer = await self.api.post(
            path or self.path, content=posted.body, headers=dict(posted.headers)
        )
        return answer.status_code

    async def conversation(self, place: str = "mia") -> UUID:
        """With a person who has just written."""
        before = self.conversations()
        assert await self.tell(Word("hello", place=place)) == [200]
        (made,) = [each for each in self.conversations() if each not in before]
        return made

    async def reply(self, conversation: UUID, *texts: str) -> None:
        """Answers are stored with their deliveries, and the sender is told."""
        for text in texts:
            self.answer(conversation, text)
        await publish_delivery_ready(self.connection_id)

    def arrived(self, place: str = "mia") -> list[str]:
        return list(self.driver.arrived(self.account, place))


@dataclass
class House:
    """`connect` gives each case an account of its own."""

    api: httpx.AsyncClient
    superuser: psycopg.Connection
    acme: World
    globex: World
    senders: list[Senders]
    jobs: JobRunner

    async def connect(self, driver: Driver, world: World | None = None) -> Connected:
        owner = world or self.acme
        return await self._connect(
            driver, owner, driver.account(f"{owner.name.lower()}-{uuid4().hex[:8]}")
        )

    async def connect_same(self, line: Connected, owner: World) -> Connected:
        """The same account, for another business."""
        return await self._connect(line.driver, owner, line.account)

    async def _connect(self, driver: Driver, owner: World, account: Account) -> Connected:
        async with TenantSession(owner.id) as session, session.transaction():
            _, job_id = await connections.claim(
                session,
                tenant_id=owner.id,
                agent_id=owner.agent_id,
                channel=driver.channel,
                given=account.given,
            )
        job = await self._done(owner, job_id)
        assert job.state == "done", job.result
        assert job.result is not None
        return Connected(
            UUID(job.result["id"]),
            owner,
            self.superuser,
            driver.channel,
            driver=driver,
            account=replace(account, key=job.result["external_key"]),
            api=self.api,
        )

    async def check(self, line: Connected) -> dict[str, Any]:
        """What a look at the account's health says."""
        async with TenantSession(line.world.id) as session, session.transaction():
            connection = await connections.find(session, line.connection_id)
            job_id = await connections.ask_for_check(session, connection)
        return (await self._done(line.world, job_id)).result or {}

    async def _done(self, world: World, job_id: UUID) -> Job:
        """The job, when it has ended: here, or wherever the sweep took it."""
        await self.jobs.handle({"job_id": str(job_id), "tenant_id": str(world.id)})
        while True:
            job = await queue.look_up(world.id, job_id)
            assert job is not None
            if job.state not in queue.UNFINISHED:
                return job
            await asyncio.sleep(0.05)


@asynccontextmanager
async def opened(superuser_conninfo: str, at_gateway: str) -> AsyncIterator[House]:
    """The house, on the database that the settings name."""
    async with AsyncExitStack() as closing:
        superuser = closing.enter_context(psycopg.connect(superuser_conninfo, autocommit=True))
        transport = httpx.ASGITransport(app=app)
        api = await closing.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=at_gateway)
        )
        senders = [Senders(await _worker()) for _ in range(WORKERS)]
        for each in senders:
            await each.start()
            closing.push_async_callback(each.stop)
        jobs = JobRunner(await _worker())
        await jobs.start()
        closing.push_async_callback(jobs.stop)
        acme, globex = await make_world("acme"), await make_world("globex")
        yield House(api, superuser, acme, globex, senders, jobs)


async def _worker() -> UUID:
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=3600, version="test")
    return worker_id
