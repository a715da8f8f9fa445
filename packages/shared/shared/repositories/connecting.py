"""What is asked whenever somebody connects: may they, whose conversation is it, what is new in it.

Each is one round trip: after a gateway has gone, all of its people ask at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from shared.db.at_once import Statement, at_once, system_at_once
from shared.models import WebConversationMessage
from shared.repositories.run_conditions import unfinished


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true now of someone who holds an access token."""

    session_ends_at: datetime
    session_revoked: bool
    user_disabled: bool
    is_platform_admin: bool
    member_role: str | None


_STANDING = Statement(
    """
    SELECT login.expires_at, login.revoked_at IS NOT NULL, person.disabled_at IS NOT NULL,
           person.is_platform_admin, membership.role
      FROM portal_sessions AS login
      JOIN portal_users AS person ON person.id = login.user_id
      LEFT JOIN memberships AS membership
        ON membership.user_id = person.id AND membership.tenant_id = $3::uuid
     WHERE login.id = $1::uuid AND person.id = $2::uuid
    """
)


async def standing(*, session_id: UUID, user_id: UUID, tenant_id: UUID | None) -> Standing | None:
    """None if there is no such log-in session of this person."""
    (rows,) = await system_at_once("identity", _STANDING(session_id, user_id, tenant_id))
    return Standing(*rows[0]) if rows else None


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
    (rows,) = await at_once(tenant_id, _CONVERSATION(conversation_id, caller))
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


# One statement, so that all of it is of one moment.
_CATCH_UP = Statement(
    f"""
    SELECT conversation.last_seq, conversation.reset_seq,
           (SELECT json_agg(json_build_array(run.id, run.message_id, run.attempt,
                                             run.state = 'running') ORDER BY run.position)
              FROM agent_runs AS run
             WHERE run.tenant_id = conversation.tenant_id
               AND run.channel = 'web' AND run.thread_id = conversation.id::text
               AND {unfinished("run")})::text,
           (SELECT json_agg(message ORDER BY message.seq)
              FROM (SELECT id, role, content, status, seq, reply_to, client_message_id, created_at,
                           error_code, finish
                      FROM web_conversation_messages
                     WHERE conversation_id = conversation.id AND seq > $2::bigint
                     ORDER BY seq LIMIT $3::integer) AS message)::text
      FROM web_conversations AS conversation
     WHERE conversation.id = $1::uuid
    """  # noqa: S608 - of our own constants
)


async def catch_up(
    tenant_id: UUID, conversation_id: UUID, after_seq: int | None, limit: int
) -> CatchUp | None:
    """With `after_seq` None, no messages. None if this tenant has no such conversation."""
    (rows,) = await at_once(tenant_id, _CATCH_UP(conversation_id, after_seq, limit))
    if not rows:
        return None
    last_seq, reset_seq, in_flight, messages = rows[0]
    return CatchUp(
        messages=[_message(conversation_id, told) for told in orjson.loads(messages or b"[]")],
        last_seq=last_seq,
        reset_seq=reset_seq,
        in_flight=[
            InFlight(UUID(run_id), UUID(message_id), attempt, running)
            for run_id, message_id, attempt, running in orjson.loads(in_flight or b"[]")
        ],
    )


def _message(conversation_id: UUID, told: dict[str, str]) -> WebConversationMessage:
    return WebConversationMessage(
        conversation_id=conversation_id,
        **told
        | {
            "id": UUID(told["id"]),
            "reply_to": UUID(told["reply_to"]) if told["reply_to"] else None,
            "created_at": datetime.fromisoformat(told["created_at"]),
        },
    )
