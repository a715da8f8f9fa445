"""What a channel adds to be soaked: its fake, and crowds of people who write to its accounts."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from uuid import UUID

import psycopg
from orchestrator.channels.adapter import Keys
from orchestrator.scripted_channel import How
from shared.channels import connections
from shared.db import TenantSession
from shared.jobs import queue
from shared.jobs.nudges import nudge
from shared.valkey.batch import get_batch

from tests.support.people import World

Order = Literal["as_said", "reversed", "shuffled"]
CONNECTED_WITHIN_S = 30.0


@dataclass
class Crowd(ABC):
    """Who writes where to one account, and what they said."""

    world: World
    superuser: psycopg.Connection
    connection_id: UUID
    channel: str
    places: list[str]
    keys: Keys
    said: dict[str, str] = field(default_factory=dict)
    """Of each message of the platform, its text."""

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """Rows of this query; the tenant is its first parameter."""
        return self.superuser.execute(query, (self.world.id, *parameters)).fetchall()

    @abstractmethod
    def say(self, place: str, text: str, how: How) -> str:
        """Somebody writes; what the platform calls the message."""

    @abstractmethod
    def release(self, order: Order, seed: int) -> int:
        """Tell what was held; how much."""

    @abstractmethod
    def redeliver(self, share: float, new_ids: float) -> int:
        """Tell a share of all again, some of it under new ids; how much."""

    @abstractmethod
    async def all_taken(self, within_s: float) -> None:
        """Wait until nothing is left to be told."""

    @abstractmethod
    def arrived(self) -> Sequence[tuple[str, str]]:
        """The place and our delivery's id of each message that we sent, in order."""


class Soak(ABC):
    """`async with` starts the fake on the port it was given. `ways` are the accounts' own."""

    channel: str
    ways: Sequence[Keys]

    _platform: AbstractAsyncContextManager[Any]

    async def __aenter__(self) -> Self:
        await self._platform.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._platform.__aexit__(kind, error, trace)

    @abstractmethod
    async def crowd(
        self,
        world: World,
        superuser: psycopg.Connection,
        *,
        keys: Keys,
        places: list[str],
        gateways: Sequence[str],
    ) -> Crowd:
        """A new account of this business, connected, its platform told of the gateways."""


async def connected(world: World, channel: str, given: Mapping[str, Any]) -> UUID:
    """An account, connected by its form and a worker's job, as a business connects it."""
    async with TenantSession(world.id) as session, session.transaction():
        _, job_id = await connections.claim(
            session,
            tenant_id=world.id,
            agent_id=world.agent_id,
            channel=channel,
            given=given,
        )
    nudge(world.id, job_id)
    await get_batch().empty(CONNECTED_WITHIN_S)
    async with asyncio.timeout(CONNECTED_WITHIN_S):
        while True:
            job = await queue.look_up(world.id, job_id)
            if job is None or job.state not in queue.UNFINISHED:
                break
            await asyncio.sleep(0.05)
    assert job is not None
    assert job.state == "done", job.result
    return UUID((job.result or {})["id"])
