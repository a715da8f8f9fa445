"""Visits of a door, and the conversations of whoever visits it, as rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.conversations.places import WIDGET_CHANNEL
from shared.conversations.predicates import agent_of, answers
from shared.db import HouseSession, TenantSession
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that has not been ended, and its conversation's agent."""

    id: UUID
    door_id: UUID
    contact_id: UUID
    conversation_id: UUID
    subject: str | None
    ends_at: datetime
    agent_id: UUID
    name: str | None


_OF_TOKEN = f"""
    SELECT visit.id, visit.connection_id, visit.contact_id, visit.conversation_id, visit.subject,
           least(visit.expires_at, visit.identity_until), conversation.agent_id,
           (SELECT contact.display_name FROM contacts AS contact
             WHERE contact.tenant_id = visit.tenant_id AND contact.id = visit.contact_id)
      FROM visitor_sessions AS visit
      JOIN conversations AS conversation
        ON conversation.tenant_id = visit.tenant_id AND conversation.channel = '{WIDGET_CHANNEL}'
       AND conversation.id = visit.conversation_id
     WHERE visit.token_sha256 = {{}} AND visit.ended_at IS NULL
"""  # noqa: S608 - of our own constants
_VISIT = Statement(_OF_TOKEN.format("$1::text"))


async def visit(tenant_id: UUID, token_sha256: str) -> Visit | None:
    (rows,) = await transact(HouseScope(tenant_id, "visit"), _VISIT(token_sha256))
    return Visit(*rows[0]) if rows else None


_IS_ON = Statement(
    """
    SELECT true FROM visitor_sessions AS visit
     WHERE visit.id = $1::uuid AND visit.contact_id = $2::uuid AND visit.ended_at IS NULL
    """
)


async def is_on(tenant_id: UUID, session_id: UUID, contact_id: UUID) -> bool:
    """Whether the visit has not been ended and is this contact's still."""
    (rows,) = await transact(HouseScope(tenant_id, "visit"), _IS_ON(session_id, contact_id))
    return bool(rows)


_FOUND = text(_OF_TOKEN.format(":token_sha256") + " FOR UPDATE OF visit")


async def locked(session: HouseSession, token_sha256: str) -> Visit | None:
    row = (await session.execute(_FOUND, {"token_sha256": token_sha256})).one_or_none()
    return Visit(*row) if row else None


_ADD = text(
    f"""
    INSERT INTO visitor_sessions (id, tenant_id, connection_id, contact_id, channel,
                                  conversation_id, token_sha256, expires_at, subject,
                                  identity_id, identity_until)
    VALUES (:id, :tenant_id, :door_id, :contact_id, '{WIDGET_CHANNEL}', :conversation_id,
            :token_sha256, clock_timestamp() + make_interval(days => :days), :subject,
            :identity_id, :identity_until)
    """  # noqa: S608 - of our own constants
)


async def add(
    session: HouseSession,
    *,
    id: UUID,
    door_id: UUID,
    contact_id: UUID,
    conversation_id: UUID,
    token_sha256: str,
    days: int,
    subject: str | None,
    identity_id: str | None,
    identity_until: datetime | None,
) -> None:
    given = {
        "id": id,
        "tenant_id": session.tenant_id,
        "door_id": door_id,
        "contact_id": contact_id,
        "conversation_id": conversation_id,
        "token_sha256": token_sha256,
        "days": days,
        "subject": subject,
        "identity_id": identity_id,
        "identity_until": identity_until,
    }
    await session.execute(_ADD, given)


_RENEW = text(
    """
    UPDATE visitor_sessions AS visit
       SET expires_at = clock_timestamp() + make_interval(days => :days),
           identity_id = coalesce(:identity_id, visit.identity_id),
           identity_until = coalesce(cast(:identity_until AS timestamptz), visit.identity_until)
     WHERE visit.id = :id
    RETURNING least(visit.expires_at, visit.identity_until)
    """
)


async def renew(
    session: HouseSession,
    session_id: UUID,
    *,
    days: int,
    identity_id: str | None,
    identity_until: datetime | None,
) -> datetime:
    given = {
        "id": session_id,
        "days": days,
        "identity_id": identity_id,
        "identity_until": identity_until,
    }
    until: datetime = (await session.execute(_RENEW, given)).scalar_one()
    return until


_END = text(
    """
    UPDATE visitor_sessions AS visit SET ended_at = clock_timestamp()
     WHERE visit.id = :id AND visit.ended_at IS NULL
    """
)
_END_OF_CONVERSATION = text(
    """
    UPDATE visitor_sessions AS visit SET ended_at = clock_timestamp()
     WHERE visit.conversation_id = :conversation_id AND visit.ended_at IS NULL
    """
)


async def end(session: HouseSession, session_id: UUID) -> None:
    """The row stays until it would have expired: the proof that let it in lets nobody in again."""
    await session.execute(_END, {"id": session_id})


async def end_all(session: HouseSession, conversation_id: UUID) -> None:
    await session.execute(_END_OF_CONVERSATION, {"conversation_id": conversation_id})


_WAS_ENDED = text(
    """
    SELECT FROM visitor_sessions AS visit
     WHERE visit.connection_id = :door_id AND visit.identity_id = :identity_id
       AND visit.ended_at IS NOT NULL
    """
)


async def was_ended(session: HouseSession, door_id: UUID, identity_id: str) -> bool:
    """Whether a visit that was begun with this proof has been ended."""
    given = {"door_id": door_id, "identity_id": identity_id}
    return (await session.execute(_WAS_ENDED, given)).first() is not None


# ── the door ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers new conversations at a door."""

    name: str
    is_active: bool
    paused_notice: str | None


_WHO_ANSWERS = text(
    f"""
    SELECT agent.name, {answers("agent")}, agent.paused_notice
      FROM channel_connections AS connection
      JOIN agents AS agent ON {agent_of("connection", "agent")}
     WHERE connection.id = :door_id
    """  # noqa: S608 - of our own constants
)


async def who_answers(session: TenantSession, door_id: UUID) -> Answers | None:
    row = (await session.execute(_WHO_ANSWERS, {"door_id": door_id})).one_or_none()
    return Answers(*row) if row else None


# ── conversations ──────────────────────────────────────────────────────────────────────────────

_NEWEST = text(
    f"""
    SELECT conversation.id FROM conversations AS conversation
     WHERE conversation.channel = '{WIDGET_CHANNEL}' AND conversation.contact_id = :contact_id
       AND conversation.connection_id = :door_id
     ORDER BY conversation.updated_at DESC, conversation.id LIMIT 1
    """  # noqa: S608 - of our own constants
)


async def newest_conversation(
    session: HouseSession, door_id: UUID, contact_id: UUID
) -> UUID | None:
    given = {"door_id": door_id, "contact_id": contact_id}
    return (await session.execute(_NEWEST, given)).scalar_one_or_none()


_HAS_MESSAGES = text(
    f"""
    SELECT FROM messages AS message
     WHERE message.channel = '{WIDGET_CHANNEL}' AND message.conversation_id = :conversation_id
     LIMIT 1
    """
)


async def has_messages(session: HouseSession, conversation_id: UUID) -> bool:
    found = await session.execute(_HAS_MESSAGES, {"conversation_id": conversation_id})
    return found.first() is not None


_ADOPT = (
    text(
        f"""
        UPDATE conversations AS conversation SET contact_id = :known, updated_at = clock_timestamp()
         WHERE conversation.tenant_id = :tenant_id AND conversation.channel = '{WIDGET_CHANNEL}'
           AND conversation.id = :conversation_id AND conversation.contact_id = :unknown
        """  # noqa: S608 - of our own constants
    ),
    text(
        f"""
        UPDATE messages AS message SET author_id = :known
         WHERE message.channel = '{WIDGET_CHANNEL}' AND message.conversation_id = :conversation_id
           AND message.author_kind = 'contact' AND message.author_id = :unknown
        """  # noqa: S608 - of our own constants
    ),
    text("UPDATE visitor_consents SET contact_id = :known WHERE contact_id = :unknown"),
    text("UPDATE message_ratings SET contact_id = :known WHERE contact_id = :unknown"),
    text("UPDATE visitor_sessions SET contact_id = :known WHERE contact_id = :unknown"),
)
_FORGET = text("DELETE FROM contacts WHERE tenant_id = :tenant_id AND id = :unknown")


async def adopt(
    session: HouseSession, conversation_id: UUID, *, unknown: UUID, known: UUID
) -> None:
    """The conversation, and all that is about whoever was unknown, is the known contact's."""
    given = {
        "tenant_id": session.tenant_id,
        "conversation_id": conversation_id,
        "unknown": unknown,
        "known": known,
    }
    for statement in (*_ADOPT, _FORGET):
        await session.execute(statement, given)


async def forget(session: HouseSession, contact_id: UUID) -> None:
    """A contact of whom there is nothing but an empty conversation."""
    await session.execute(_FORGET, {"tenant_id": session.tenant_id, "unknown": contact_id})
