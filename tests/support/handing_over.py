"""A talk that people take over and give back, worked on here: who says what, and what is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from shared.conversations import sending
from shared.conversations.turns.claiming import ClaimedRun
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo

from tests.support.heard import Worker, messages, rows
from tests.support.people import Person, World


@dataclass(frozen=True)
class Talk:
    """A person's own chat with Ada, and a worker who answers for her."""

    world: World
    person: Person
    id: UUID
    worker: Worker
    database: psycopg.Connection

    @classmethod
    async def begun(cls, world: World, person: Person, database: psycopg.Connection) -> "Talk":
        conversation_id = await world.conversation(person)
        return cls(world, person, conversation_id, await Worker.hired(world), database)

    async def say(self, text: str) -> sending.Sent:
        message = KonstructMessage(
            tenant_id=str(self.world.id),
            channel=ChannelType.WEB,
            sender=SenderInfo(user_id=str(self.person.id)),
            content=MessageContent(text=text),
            thread_id=str(self.id),
        )
        extras = {"conversation_id": str(self.id), "tenant_id": str(self.world.id)}
        return await sending.send(self.world.id, message, extras, client_message_id=uuid4().hex)

    async def claim(self, sent: sending.Sent) -> ClaimedRun | None:
        assert sent.nudge is not None
        return await self.worker.claim(UUID(sent.nudge["run_id"]))

    def runs(self) -> list[dict[str, Any]]:
        return rows(
            self.database,
            "SELECT * FROM agent_runs WHERE thread_id = %s ORDER BY position",
            str(self.id),
        )

    def pending(self) -> list[UUID]:
        """The runs that wait to be claimed."""
        found = rows(
            self.database,
            "SELECT id FROM agent_runs WHERE tenant_id = %s AND channel = 'web'"
            " AND thread_id = %s AND state = 'pending' ORDER BY position",
            self.world.id, str(self.id),
        )  # fmt: skip
        return [each["id"] for each in found]

    def said(self) -> list[tuple[str, str, str]]:
        """(who, how, what) in the order of the table."""
        return [
            (m["author_kind"] or m["role"], m["status"], m["content"])
            for m in messages(self.database, self.id)
        ]

    def outcomes(self) -> dict[str, list[tuple[str, str, str]]]:
        """Of each of the person's messages by its text: (who, how, what)."""
        stored = messages(self.database, self.id)
        asked = {m["id"]: m["content"] for m in stored if m["role"] == "user"}
        found: dict[str, list[tuple[str, str, str]]] = {text: [] for text in asked.values()}
        for m in stored:
            if m["reply_to"]:
                who = m["author_kind"] or m["role"]
                found[asked[m["reply_to"]]].append((who, m["status"], m["content"]))
        return found

    def row(self) -> dict[str, Any]:
        (found,) = rows(self.database, "SELECT * FROM conversations WHERE id = %s", self.id)
        return dict(found)

    def items(self) -> list[dict[str, Any]]:
        return rows(
            self.database,
            "SELECT * FROM attention_items WHERE conversation_id = %s ORDER BY created_at",
            self.id,
        )


def words_of_the_agent_after_a_notice(stored: list[dict[str, Any]]) -> list[str]:
    """Between "a person answers here now" and "the agent answers here again"; `stored` in order."""
    held, wrong = False, []
    for message in stored:
        if message["author_kind"] == "system" and message["reply_to"] is None:
            held = "again" not in message["content"]
        elif held and message["role"] == "assistant" and message["author_kind"] in (None, "agent"):
            wrong.append(message["content"])
    return wrong


def signs_of_the_agent_after_a_notice(told: Sequence[dict[str, Any]]) -> list[str]:
    """The same of what a socket was told, in order: text, outcomes, and that it is typing."""
    held, wrong = False, []
    for frame in told:
        author = frame.get("author", {}).get("kind")
        if author == "system":
            held = "again" not in frame["content"]
        elif held and author is None and _is_of_the_agent(frame):
            wrong.append(f"{frame['type']}: {frame.get('text') or frame.get('content')}")
    return wrong


def _is_of_the_agent(frame: dict[str, Any]) -> bool:
    return frame["type"] in ("delta", "response", "typing") or frame.get("role") == "assistant"


def is_answered_once(stored: list[dict[str, Any]]) -> bool:
    """Each of the person's messages has one outcome that is no failure, and only numbers that count
    up by one."""
    good = Counter(m["reply_to"] for m in stored if m["reply_to"] and m["status"] != "failed")
    asked = [m["id"] for m in stored if m["role"] == "user"]
    in_order = [m["seq"] for m in stored] == [*range(1, len(stored) + 1)]
    return in_order and good == Counter(asked)
