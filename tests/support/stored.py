"""One conversation's rows, read at one moment past the wall."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

from tests.support.servers import Database
from tests.support.talks import Talk

CONVERSATION = "SELECT * FROM web_conversations WHERE id = %(id)s"
MESSAGES = """
SELECT *, seq AS number FROM web_conversation_messages WHERE conversation_id = %(id)s ORDER BY seq
"""
RUNS = "SELECT * FROM agent_runs WHERE thread_id = %(id)s::text ORDER BY position"


@dataclass
class Stored:
    """One talk's rows, read at one moment."""

    tenant_id: UUID
    reset_seq: int
    last_seq: int
    messages: list[Any]
    runs: list[Any]

    @property
    def is_finished(self) -> bool:
        return all(run.state not in ("pending", "running") for run in self.runs)

    def runs_of(self, message_id: UUID) -> list[Any]:
        return [run for run in self.runs if run.message_id == str(message_id)]

    def outcomes_of(self, message_id: UUID) -> list[Any]:
        return [message for message in self.messages if message.reply_to == message_id]

    def attempt_of(self, outcome_id: UUID) -> int | None:
        """The attempt that gave this outcome, if it is still stored."""
        for outcome in self.messages:
            if outcome.id == outcome_id:
                nth = self.outcomes_of(outcome.reply_to).index(outcome)
                return self.runs_of(outcome.reply_to)[nth].attempt
        return None


def look(database: Database, talk: Talk) -> Stored:
    with (
        psycopg.connect(database.superuser_conninfo, row_factory=namedtuple_row) as connection,
        connection.transaction(),
    ):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        which = {"id": talk.id}
        conversation = connection.execute(CONVERSATION, which).fetchone()
        assert conversation is not None
        return Stored(
            conversation.tenant_id,
            conversation.reset_seq,
            conversation.last_seq,
            connection.execute(MESSAGES, which).fetchall(),
            connection.execute(RUNS, which).fetchall(),
        )
