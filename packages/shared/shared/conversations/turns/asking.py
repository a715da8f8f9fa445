"""A person's message and the run that shall answer it, stored together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from shared.conversations.places import WEB, WEB_CHANNEL, Place, elsewhere
from shared.conversations.predicates import agent_may_speak, agent_of, answers
from shared.conversations.turns.refused import refused_by
from shared.conversations.writing import SOMEBODY_WAITS, add_message, take_seq
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.writing import add_run


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's message as it was stored, and the run that shall answer it."""

    seq: int
    created_at: datetime
    handling: str
    run_id: UUID | None
    """None where somebody else has the conversation, as `handling` says."""


def _ask(place: Place) -> Statement:
    # The number is taken under the conversation's lock. What was sent twice at once, and so was not
    # seen to be known, meets the unique index once the lock is had, which gives the number back.
    may_be_asked = f"""
               conversation.id = $1
           AND EXISTS (SELECT FROM agents AS agent
                        WHERE {agent_of("conversation", "agent")} AND {answers("agent")})
           AND NOT EXISTS (SELECT FROM {place.messages} AS known
                            WHERE known.conversation_id = $1 AND known.client_message_id = $4
                                  {place.only("known")})"""  # noqa: S608 - of our own constants
    of_contact = "conversation.contact_id IS NOT NULL"
    message = add_message(
        place,
        id="$2::uuid",
        tenant_id="conversation.tenant_id",
        conversation_id="conversation.id",
        seq="conversation.last_seq",
        role="'user'",
        content="$3::text",
        client_message_id="$4::text",
        author_kind="NULL" if place.is_web else f"CASE WHEN {of_contact} THEN 'contact' END",
        author_id="NULL" if place.is_web else "conversation.contact_id",
        source="FROM conversation",
    )
    run = add_run(
        tenant_id="conversation.tenant_id",
        agent_id="conversation.agent_id",
        channel=place.channel,
        thread_id="conversation.id::text",
        message_id="$2::uuid::text",
        payload="$5::text",
        first_nudge_s="$6",
        may_merge="$7::boolean",
        source=f"FROM conversation WHERE {agent_may_speak('conversation')}",
    )
    conversation = take_seq(place, may_be_asked, also=SOMEBODY_WAITS)
    return Statement(
        f"""
        WITH conversation AS ({conversation}), message AS ({message}), run AS ({run})
        SELECT message.seq, message.created_at, conversation.handling, run.id
          FROM message CROSS JOIN conversation LEFT JOIN run ON true
        """  # noqa: S608 - of our own constants
    )


_ASK = _ask(WEB)
_ASK_ELSEWHERE = _ask(elsewhere("$8::text"))
_KNOWN = frozenset(
    f"uq_{table}_client_message_id" for table in ("web_conversation_messages", "channel_messages")
)


async def ask(
    tenant_id: UUID,
    channel: str,
    conversation_id: UUID,
    *,
    message_id: UUID,
    text: str,
    client_message_id: str | None,
    payload: dict[str, Any],
    first_nudge_s: float,
    may_merge: bool,
) -> Asked | None:
    """Store a person's message and the run that shall answer it, which `may_merge` with others of
    this person.

    None, and nothing is stored, if there is no such conversation, its agent is paused, or the
    conversation has a message of this `client_message_id`. The caller nudges after it; the sweep
    does so from `first_nudge_s` on.
    """
    given = (
        conversation_id,
        message_id,
        text,
        client_message_id,
        orjson.dumps(payload).decode(),
        first_nudge_s,
        may_merge,
    )
    asked = _ASK(*given) if channel == WEB_CHANNEL else _ASK_ELSEWHERE(*given, channel)
    try:
        (rows,) = await transact(TenantScope(tenant_id), asked)
    except IntegrityError as error:
        if refused_by(error) in _KNOWN:
            return None
        raise
    return Asked(*rows[0]) if rows else None
