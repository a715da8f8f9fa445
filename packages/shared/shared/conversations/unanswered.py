"""What a person said and nobody has answered well."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.conversations.holding import Held
from shared.db import HouseSession
from shared.runs.predicates import newest, of_message


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A person's message without a good outcome, and its newest run, if it has any. `author` is
    the channel's own id of who wrote it."""

    id: UUID
    seq: int
    author: str | None
    run_id: UUID | None
    attempt: int
    payload: dict[str, Any] | None


PAGE = 50
_ASKED = text(
    f"""
    SELECT message.id, message.seq,
           (SELECT address.external_id FROM contact_addresses AS address
             WHERE address.connection_id = cast(:connection_id AS uuid)
               AND address.contact_id = message.author_id LIMIT 1),
           run.id, coalesce(run.attempt, 0), run.payload,
           EXISTS (SELECT FROM messages AS answer
                    WHERE answer.channel = :channel
                      AND answer.conversation_id = :conversation_id
                      AND answer.reply_to = message.id AND answer.role = 'assistant'
                      AND answer.status <> 'failed')
      FROM messages AS message
      LEFT JOIN LATERAL (SELECT run.* FROM agent_runs AS run
                          WHERE {of_message("run", ":tenant_id", "message.id::text")}
                          {newest("run")}) AS run ON true
     WHERE message.channel = :channel AND message.conversation_id = :conversation_id
       AND message.seq < :before AND message.role = 'user'
       AND (message.parts IS NULL OR NOT message.parts @> '[{{"kind": "edit"}}]'
                                 AND NOT message.parts @> '[{{"kind": "deleted"}}]')
     ORDER BY message.seq DESC LIMIT {PAGE}
    """  # noqa: S608 - of our own constants
)


async def unanswered(session: HouseSession, held: Held) -> list[Unanswered]:
    """The person's messages since the newest one that was answered well, oldest first."""
    found: list[Unanswered] = []
    before = 2**63 - 1
    while True:
        given = {
            "tenant_id": held.tenant_id,
            "channel": held.channel,
            "conversation_id": held.id,
            "connection_id": held.connection_id,
            "before": before,
        }
        page = (await session.execute(_ASKED, given)).all()
        for *asked, is_answered in page:
            if is_answered:
                return found[::-1]
            found.append(Unanswered(*asked))
        if len(page) < PAGE:
            return found[::-1]
        before = found[-1].seq
