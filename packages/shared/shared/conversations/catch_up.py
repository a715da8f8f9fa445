"""What is asked whenever somebody connects: whose conversation it is, and what is new in it.

Each is one round trip: after a gateway has gone, all of its people ask at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.conversations.history import MAX_PAGE
from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.conversations.places import WEB, WEB_CHANNEL, Place, elsewhere
from shared.conversations.predicates import spoken_by
from shared.db.pipelined import Statement, transact
from shared.db.scopes import PersonScope
from shared.errors import NotFound
from shared.events import Author, Handling
from shared.models import WebConversationMessage
from shared.runs.predicates import of_message, of_thread, unfinished


@dataclass(frozen=True, slots=True)
class KnownConversation:
    """Whose conversation it is, with which agent, and what the caller is called."""

    user_id: UUID
    agent_id: UUID
    caller_name: str


_CONVERSATION = Statement(
    """
    SELECT conversation.user_id, conversation.agent_id,
           coalesce((SELECT person.display_name FROM portal_users AS person
                      WHERE person.id = $2::uuid), '')
      FROM web_conversations AS conversation
     WHERE conversation.id = $1::uuid
    """
)


async def conversation(
    tenant_id: UUID, conversation_id: UUID, *, caller: UUID
) -> KnownConversation | None:
    """None if this tenant has no such conversation."""
    own = PersonScope(tenant_id, caller)
    (rows,) = await transact(own, _CONVERSATION(conversation_id, caller))
    return KnownConversation(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class InFlight:
    """A run that is being answered, or waits to be."""

    run_id: UUID
    reply_to: UUID
    attempt: int
    running: bool


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What a socket has not had, as of one moment."""

    messages: Sequence[WebConversationMessage]
    """One page in ascending order, from the oldest asked for."""
    last_seq: int
    reset_seq: int
    in_flight: Sequence[InFlight]
    """The next to be answered first."""
    handling: Handling = "agent"
    """Who answers: `agent` wherever it may speak."""
    authors: Mapping[UUID, Author] = field(default_factory=dict)
    """Of those messages that neither the person nor the agent wrote."""
    attempts: Mapping[UUID, int] = field(default_factory=dict)
    """Of failed outcomes: up to which attempt of their run nothing more is said."""


_ATTEMPT = f"""(SELECT max(run.attempt) FROM agent_runs AS run
                                     WHERE {of_message("run", "said.tenant_id", "reply_to::text")}
                                       AND NOT {unfinished("run")})"""  # noqa: S608


# One statement, so that all of it is of one moment.
def _catch_up(place: Place) -> Statement:
    thread = "conversation.tenant_id", place.channel, "conversation.id::text"
    return Statement(
        f"""
    SELECT conversation.last_seq, conversation.reset_seq, {spoken_by("conversation")},
           (SELECT json_agg(json_build_array(run.id, run.message_id, run.attempt,
                                             run.state = 'running') ORDER BY run.position)
              FROM agent_runs AS run
             WHERE {of_thread("run", *thread)}
               AND {unfinished("run")})::text,
           (SELECT json_agg(message ORDER BY message.seq)
              FROM (SELECT id, role, content, status, seq, reply_to, client_message_id, created_at,
                           error_code, finish, parts,
                           CASE WHEN author_kind IN ('member', 'system') THEN json_build_object(
                               'kind', author_kind,
                               'name', (SELECT member.display_name FROM portal_users AS member
                                         WHERE member.id = author_id)) END AS author,
                           CASE WHEN status = 'failed' THEN {_ATTEMPT} END AS attempt
                      FROM {place.messages} AS said
                     WHERE conversation_id = conversation.id{place.only("said")}
                       AND seq > $2::bigint
                     ORDER BY seq LIMIT $3::integer) AS message)::text
      FROM {place.conversations} AS conversation
     WHERE conversation.id = $1::uuid{place.only("conversation")}
    """  # noqa: S608 - of our own constants
    )


_CATCH_UP, _CATCH_UP_ELSEWHERE = _catch_up(WEB), _catch_up(elsewhere("$4::text"))


async def catch_up(
    tenant_id: UUID,
    conversation_id: UUID,
    after_seq: int | None,
    *,
    person_id: UUID,
    channel: str = WEB_CHANNEL,
    limit: int = MAX_PAGE,
) -> CatchUp:
    """Messages newer than `after_seq` (with None, no messages), the oldest `limit` of them, for
    this person.

    All of one moment: an answer is either in flight or a message, never both and never neither.
    Raises NotFound.
    """
    own = PersonScope(tenant_id, person_id)
    asked = conversation_id, after_seq, limit
    of_it = _CATCH_UP(*asked) if channel == WEB_CHANNEL else _CATCH_UP_ELSEWHERE(*asked, channel)
    (rows,) = await transact(own, of_it)
    if not rows:
        raise NotFound(NO_SUCH_CONVERSATION)
    last_seq, reset_seq, handling, in_flight, messages = rows[0]
    told = orjson.loads(messages or b"[]")
    authors = {UUID(each["id"]): each.pop("author") for each in told}
    attempts = {UUID(each["id"]): each.pop("attempt") for each in told}
    return CatchUp(
        messages=[_message(conversation_id, each) for each in told],
        authors={id_: Author(**author) for id_, author in authors.items() if author},
        attempts={id_: attempt for id_, attempt in attempts.items() if attempt},
        handling=handling,
        last_seq=last_seq,
        reset_seq=reset_seq,
        in_flight=[
            InFlight(UUID(run_id), UUID(message_id), attempt, running)
            for run_id, message_id, attempt, running in orjson.loads(in_flight or b"[]")
        ],
    )


def _message(conversation_id: UUID, told: dict[str, Any]) -> WebConversationMessage:
    return WebConversationMessage(
        conversation_id=conversation_id,
        **told
        | {
            "id": UUID(told["id"]),
            "reply_to": UUID(told["reply_to"]) if told["reply_to"] else None,
            "created_at": datetime.fromisoformat(told["created_at"]),
        },
    )
