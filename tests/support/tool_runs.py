"""Runs with tools, answered in this process by workers that can end anywhere."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from orchestrator.life.context import WorkerContext, worker_context
from orchestrator.pipeline import respond
from orchestrator.pipeline.answer import answer
from orchestrator.pipeline.claim import claim
from orchestrator.pipeline.outcome import Stored
from orchestrator.pipeline.timeline import Timeline
from psycopg.rows import namedtuple_row
from shared.conversations import sending
from shared.conversations.turns.claiming import Nudge
from shared.db import SystemSession, TenantSession
from shared.models import Agent
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.runs import leases

from tests.support.people import World

LEASE_S = 600.0


class Ended(BaseException):
    """The process ended here. Not an Exception: nobody in it hears of that."""


@dataclass
class Asked:
    """A message whose answer needs tools, and a word that is in everything about it."""

    tag: str
    message_id: UUID
    conversation_id: UUID


@dataclass
class ToolRuns:
    """A tenant whose agent has tools, the model it speaks with, and what it acts on."""

    world: World
    superuser: psycopg.Connection
    asked_of_model: Callable[[], list[dict[str, Any]]]
    done_outside: Callable[[], list[dict[str, Any]]]

    async def ask(self, calls: str, **more: str) -> Asked:
        """Store a message; `{tag}` in what is called is a word of its own."""
        tag = uuid4().hex
        quoted = calls.replace("{tag}", tag).replace('"', '\\"')
        directive = f'[[model: calls="{quoted}" before="Let me see."]]'
        agent_id = await self.agent()
        person = self.world.anna
        conversation_id = await self.world.conversation(person, agent_id)
        message = KonstructMessage(
            tenant_id=str(self.world.id),
            channel=ChannelType.WEB,
            sender=SenderInfo(user_id=str(person.id), display_name=person.display_name),
            content=MessageContent(text=f"{directive} {tag}"),
            thread_id=str(conversation_id),
        )
        extras = {"conversation_id": str(conversation_id), "tenant_id": str(self.world.id)}
        sent = await sending.send(self.world.id, message, extras, client_message_id=None)
        return Asked(tag, sent.message.id, conversation_id)

    async def agent(self) -> UUID:
        """Another agent with all tools, whose conversation waits for no other."""
        agent = Agent(
            id=uuid4(),
            tenant_id=self.world.id,
            name=uuid4().hex,
            tools=["clock", "count", "order", "notify"],
        )
        async with TenantSession(self.world.id) as session, session.transaction():
            session.add(agent)
        return agent.id

    def requests(self, *asked: Asked) -> dict[str, list[str]]:
        """What the model was asked about each of these messages, by its word."""
        told = [str(each) for each in self.asked_of_model()]
        return {each.tag: [request for request in told if each.tag in request] for each in asked}

    def effects(self, *asked: Asked) -> dict[str, int]:
        """How often something was done outside of our database for each of them."""
        told = [str(each) for each in self.done_outside()]
        return {each.tag: sum(each.tag in effect for effect in told) for each in asked}

    def counted(self, asked: Asked) -> int:
        """What the counter says that has the message's word for its name."""
        row = self.superuser.execute(
            "SELECT value FROM agent_counters WHERE name = %s", (asked.tag,)
        ).fetchone()
        return int(row[0]) if row else 0

    def run_id(self, asked: Asked) -> UUID:
        """Of the newest run that shall answer it."""
        row = self.superuser.execute(
            "SELECT id FROM agent_runs WHERE message_id = %s ORDER BY position DESC",
            (str(asked.message_id),),
        ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    def answered(self, asked: Asked) -> bool:
        """Whether it has an outcome that is complete."""
        found = self.superuser.execute(
            "SELECT 1 FROM web_conversation_messages WHERE reply_to = %s AND status = 'complete'",
            (asked.message_id,),
        )
        return found.fetchone() is not None

    def calls(self, asked: Asked) -> list[Any]:
        """The rows of its calls."""
        cursor = self.superuser.cursor(row_factory=namedtuple_row)
        return cursor.execute(
            "SELECT call.* FROM tool_calls AS call JOIN agent_runs AS run ON run.id = call.run_id"
            " WHERE run.message_id = %s ORDER BY call.n, call.idx",
            (str(asked.message_id),),
        ).fetchall()

    def items(self, asked: Asked) -> list[Any]:
        """What waits for a person because of it."""
        cursor = self.superuser.cursor(row_factory=namedtuple_row)
        return cursor.execute(
            "SELECT * FROM attention_items WHERE conversation_id = %s AND resolved_at IS NULL",
            (asked.conversation_id,),
        ).fetchall()


@asynccontextmanager
async def a_worker() -> AsyncIterator[WorkerContext]:
    """One of this process, with a lease until it ends."""
    worker = worker_context()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker.id, name="here", version="tests", ttl_s=LEASE_S)
    try:
        yield worker
    finally:
        async with SystemSession("lease") as session, session.transaction():
            await leases.end_lease(session, worker.id)
        await worker.models.aclose()


async def attempt(worker: WorkerContext, asked: Asked, tenant_id: UUID) -> Stored | None:
    """One attempt at the message's run, up to the stored outcome."""
    with ExitStack() as hands:
        nudge = Nudge(tenant_id, run_id=None, message_id=asked.message_id)
        claimed = await claim(worker, hands, nudge, Timeline())
        assert claimed is not None, "the run is not to be had"
        outcome = await answer(worker, claimed)
        return await respond.store(worker, claimed, outcome) if outcome else None
