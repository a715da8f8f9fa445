"""Incoming messages of a platform, and a worker in this process, for tests of all channels."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.receive import Heard
from shared.conversations.turns import claiming, ending
from shared.conversations.turns.claiming import ClaimedRun, Nudge
from shared.db import SystemSession
from shared.models import ChannelConnection, ChannelSettings
from shared.runs import leases

from tests.support.people import World

CHANNEL = "slack"


async def introduces_itself(world: World) -> None:
    """New conversations of this tenant begin with the notice that a machine writes."""
    async with SystemSession("setup") as session, session.transaction():
        await session.merge(ChannelSettings(tenant_id=world.id, says_machine=True))


async def connect(world: World, *, agent_id: UUID | None = None) -> UUID:
    """Connect a tenant's account on a platform."""
    connection = ChannelConnection(
        id=uuid4(),
        tenant_id=world.id,
        agent_id=agent_id or world.agent_id,
        channel_type=CHANNEL,
        external_key=uuid4().hex,
        state="live",
    )
    async with SystemSession("setup") as session, session.transaction():
        session.add(connection)
    return connection.id


def heard(
    connection_id: UUID,
    text: str,
    *,
    author: str = "U1",
    message: str | None = None,
    delivery: str | None = None,
    key: str | None = None,
    **changes: Any,
) -> Heard:
    """A message as a channel's adapter has read it. Each is a new one unless its ids say
    otherwise."""
    return Heard(
        told=Told(
            connection_id=connection_id,
            channel=CHANNEL,
            place="C1",
            external_message_id=message or uuid4().hex,
            delivery_id=delivery,
        ),
        author=Author(author, display_name=author),
        text=text,
        conversation_key=key,
        **changes,
    )


def edited(before: Heard, revision: str) -> Told:
    return replace(before.told, revision=revision, delivery_id=None)


@dataclass(frozen=True)
class Worker:
    """Holds a lease, and does what the test tells it."""

    world: World
    id: UUID

    @classmethod
    async def hired(cls, world: World) -> "Worker":
        worker_id = uuid4()
        async with SystemSession("lease") as session, session.transaction():
            await leases.renew_lease(session, worker_id, name="w", version="test", ttl_s=3600)
        return cls(world, worker_id)

    async def claim(self, run_id: UUID | None) -> ClaimedRun | None:
        nudge = Nudge(self.world.id, run_id, None)
        return await claiming.claim(nudge, self.id, turns=60, runs_at_once=99)

    async def answer(
        self, run: ClaimedRun, text: str = "Hello!", *, status: str = "complete"
    ) -> ending.Ended | None:
        state = {"complete": "done"}.get(status, status)
        attempted = ending.Ending(run.id, self.id, run.attempt, state, None, 1, 1, run.covers)
        return await ending.end(
            self.world.id,
            run.channel,
            UUID(run.thread_id),
            attempted,
            message_id=uuid4(),
            text=text,
            status=status,
            finish=None,
            runs_at_once=9,
        )


def rows(superuser: psycopg.Connection, statement: str, *parameters: object) -> list[Any]:
    with superuser.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement.encode(), parameters).fetchall()


def messages(superuser: psycopg.Connection, conversation_id: UUID | None) -> list[Any]:
    """The conversation's messages in order."""
    return rows(
        superuser, "SELECT * FROM messages WHERE conversation_id = %s ORDER BY seq", conversation_id
    )


def begin_now(superuser: psycopg.Connection, world: World) -> None:
    """End all waiting for further messages of a burst."""
    superuser.execute("UPDATE agent_runs SET not_before = now() WHERE tenant_id = %s", (world.id,))


def waiting_for_locks(superuser: psycopg.Connection) -> bool:
    """Somebody waits for a row that somebody else has."""
    superuser.execute("SELECT pg_stat_clear_snapshot()")
    return bool(
        rows(
            superuser,
            "SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
    )
