"""What a person said and nobody has answered well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.conversations.holding import Held
from shared.conversations.predicates import agent_of, answers
from shared.db import HouseSession, SystemSession
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
       AND (cast(:since AS timestamptz) IS NULL OR message.created_at > :since)
       AND (message.parts IS NULL
            OR NOT message.parts @? '$[*] ? (@.kind == "edit" || @.kind == "deleted"
                                             || @.kind == "arrived_late" || @.kind == "opts"
                                             || @.kind == "overheard")')
     ORDER BY message.seq DESC LIMIT {PAGE}
    """  # noqa: S608 - of our own constants
)


async def unanswered(
    session: HouseSession, held: Held, *, since: datetime | None = None
) -> list[Unanswered]:
    """The person's messages since the newest one that was answered well, oldest first; none from
    before `since`."""
    found: list[Unanswered] = []
    before = 2**63 - 1
    while True:
        given = {
            "tenant_id": held.tenant_id,
            "channel": held.channel,
            "conversation_id": held.id,
            "connection_id": held.connection_id,
            "before": before,
            "since": since,
        }
        page = (await session.execute(_ASKED, given)).all()
        for *asked, is_answered in page:
            if is_answered:
                return found[::-1]
            found.append(Unanswered(*asked))
        if len(page) < PAGE:
            return found[::-1]
        before = found[-1].seq


@dataclass(frozen=True, slots=True)
class Waits:
    """A conversation in which nobody answered, since the agent was paused or a limit reached."""

    tenant_id: UUID
    channel: str
    conversation_id: UUID


# The first of each tenant before the second of any.
_WHO_WAITS = text(
    f"""
    SELECT waits.tenant_id, waits.channel, waits.id
      FROM (SELECT conversation.tenant_id, conversation.channel, conversation.id,
                   row_number() OVER (PARTITION BY conversation.tenant_id
                                      ORDER BY item.created_at) AS place
              FROM attention_items AS item
              JOIN conversations AS conversation
                ON conversation.tenant_id = item.tenant_id AND conversation.channel = item.channel
               AND conversation.id = item.conversation_id
              JOIN agents AS agent ON {agent_of("conversation", "agent")} AND {answers("agent")}
             WHERE item.resolved_at IS NULL AND item.kind IN ('employee_paused', 'limit_reached')
               AND conversation.last_inbound_at > :since) AS waits
     ORDER BY waits.place, random() LIMIT :limit
    """  # noqa: S608 - of our own constants
)


async def who_waits(session: SystemSession, since: datetime, *, limit: int) -> list[Waits]:
    """Of all tenants, those whose agent is at work again and who wrote after `since`."""
    found = await session.execute(_WHO_WAITS, {"since": since, "limit": limit})
    return [Waits(*row) for row in found]
