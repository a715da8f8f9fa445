"""A connection of whatever channel, seen in the database: what was said there and what is sent."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.support.people import World
from tests.support.waiting import eventually


@dataclass
class OutsideLine:
    """Our connection to an account on a platform."""

    connection_id: UUID
    world: World
    superuser: psycopg.Connection
    channel: str = "scripted"

    @property
    def path(self) -> str:
        return f"/channels/{self.channel}/{self.connection_id}"

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """Rows of this query; the tenant is its first parameter."""
        return self.superuser.execute(query, (self.world.id, *parameters)).fetchall()

    def state(self) -> tuple[str, str | None]:
        """The connection's state, and what is wrong with it."""
        ((state, failing),) = self.rows(
            "SELECT state, failing FROM channel_connections WHERE tenant_id = %s AND id = %s",
            self.connection_id,
        )
        return state, failing

    def messages(self) -> list[tuple[str, str | None]]:
        """(text, state of its run) of what people wrote here, in order."""
        return self.rows(
            "SELECT message.content, run.state FROM messages AS message"
            " JOIN conversations AS its ON its.id = message.conversation_id"
            " LEFT JOIN agent_runs AS run ON run.message_id = message.id::text"
            " WHERE message.tenant_id = %s AND its.connection_id = %s"
            " AND message.author_kind = 'contact' ORDER BY message.conversation_id, message.seq",
            self.connection_id,
        )

    def conversations(self) -> list[UUID]:
        """Oldest first."""
        rows = self.rows(
            "SELECT id FROM conversations WHERE tenant_id = %s AND connection_id = %s"
            " ORDER BY created_at",
            self.connection_id,
        )
        return [id_ for (id_,) in rows]

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
        try:
            await eventually(
                lambda: [state for state, _, _ in self.deliveries()] == list(states),
                f"deliveries {states}",
                within_s=within_s,
            )
        except AssertionError as error:
            raise AssertionError(f"{error}; they are {self.deliveries()}") from None

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
            " external_key, contact_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                conversation,
                self.world.id,
                self.channel,
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
                " VALUES (%s, %s, %s, %s, 'assistant', %s)",
                (message, self.world.id, self.channel, conversation, text),
            )
            self.superuser.execute(
                "INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id,"
                " message_id, seq) SELECT tenant_id, channel, %s, conversation_id, id, seq"
                " FROM messages WHERE id = %s",
                (self.connection_id, message),
            )
        return message
