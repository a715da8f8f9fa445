"""Conversations that contacts write in, and what they write, as rows.

Everything that two deliveries may make at once is inserted first and read after.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.conversations.places import elsewhere
from shared.conversations.predicates import agent_of, answers, has_opted_out, lock, spoken_by
from shared.conversations.writing import SOMEBODY_WAITS, take_seq
from shared.conversations.writing import add_message as insert_message
from shared.db import HouseSession

_ELSEWHERE = elsewhere(":channel")


_AGENT_OF = text(
    """
    SELECT connection.agent_id FROM channel_connections AS connection
     WHERE connection.id = :connection_id
    """
)


async def agent_of_connection(session: HouseSession, connection_id: UUID) -> UUID | None:
    """Who answers new conversations there; None if nobody does."""
    found = await session.execute(_AGENT_OF, {"connection_id": connection_id})
    return found.scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation, its row locked until the transaction ends."""

    id: UUID
    agent_id: UUID
    handling: str
    """`agent` wherever it may speak."""
    agent_is_active: bool
    contact_id: UUID | None
    """The one it is with; nobody in a group."""
    has_opted_out: bool


_LOCKED = f"""
    SELECT conversation.id, conversation.agent_id, {spoken_by("conversation")},
           {answers("agent")}, conversation.contact_id, {has_opted_out("conversation")}
      FROM conversations AS conversation
      JOIN agents AS agent ON {agent_of("conversation", "agent")}
     WHERE conversation.channel = :channel AND {{which}}
       {lock("conversation")}
"""  # noqa: S608 - of our own constants
_LOCK_BY_KEY = text(
    _LOCKED.format(
        which="conversation.connection_id = :connection_id"
        " AND conversation.external_key = :external_key"
    )
)
_LOCK_BY_ID = text(_LOCKED.format(which="conversation.id = :conversation_id"))
_ADD_CONVERSATION = text(
    """
    INSERT INTO conversations (tenant_id, channel, agent_id, connection_id, external_key,
                               contact_id, language)
    VALUES (:tenant_id, :channel, :agent_id, :connection_id, :external_key, :contact_id, :language)
    ON CONFLICT DO NOTHING
    RETURNING true
    """
)


async def lock_by_id(session: HouseSession, channel: str, conversation_id: UUID) -> Locked | None:
    given = {"channel": channel, "conversation_id": conversation_id}
    row = (await session.execute(_LOCK_BY_ID, given)).one_or_none()
    return Locked(*row) if row else None


async def lock_by_key(
    session: HouseSession, channel: str, connection_id: UUID, external_key: str
) -> Locked | None:
    given = {"channel": channel, "connection_id": connection_id, "external_key": external_key}
    row = (await session.execute(_LOCK_BY_KEY, given)).one_or_none()
    return Locked(*row) if row else None


_MOVE = text(
    """
    UPDATE conversations AS conversation
       SET external_key = :now || substr(conversation.external_key, length(:before) + 1)
     WHERE conversation.channel = :channel AND conversation.channel <> 'web'
       AND conversation.connection_id = :connection_id
       AND (conversation.external_key = :before
            OR starts_with(conversation.external_key, :before || '/'))
       AND NOT EXISTS (SELECT FROM conversations AS other
                        WHERE other.channel = :channel AND other.channel <> 'web'
                          AND other.connection_id = :connection_id
                          AND other.external_key
                              = :now || substr(conversation.external_key, length(:before) + 1))
    """
)


async def move(
    session: HouseSession, channel: str, connection_id: UUID, before: str, now: str
) -> None:
    """Whoever has written at the new place already has a conversation there, which stays."""
    given = {"channel": channel, "connection_id": connection_id, "before": before, "now": now}
    await session.execute(_MOVE, given)


_THERE = text(
    """
    SELECT FROM conversations AS conversation
     WHERE conversation.channel = :channel AND conversation.channel <> 'web'
       AND conversation.connection_id = :connection_id
       AND conversation.external_key = :external_key
    """
)


async def is_there(
    session: HouseSession, channel: str, connection_id: UUID, external_key: str
) -> bool:
    """Whether there is a conversation of this key."""
    given = {"channel": channel, "connection_id": connection_id, "external_key": external_key}
    return (await session.execute(_THERE, given)).first() is not None


async def add_conversation(
    session: HouseSession,
    *,
    channel: str,
    agent_id: UUID,
    connection_id: UUID,
    external_key: str,
    contact_id: UUID | None,
    language: str | None,
) -> bool:
    """Made, unless it is there; whether it was."""
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "agent_id": agent_id,
        "connection_id": connection_id,
        "external_key": external_key,
        "contact_id": contact_id,
        "language": language,
    }
    return (await session.execute(_ADD_CONVERSATION, given)).first() is not None


# ── messages ───────────────────────────────────────────────────────────────────────────────────

# By the platform's stamp: its window for replies counts from it. What comes late or from a clock
# that is ahead moves nothing.
_HEARD = """, closed_at = NULL,
       last_inbound_at = greatest(
           conversation.last_inbound_at,
           least(coalesce(:sent_at, clock_timestamp()), clock_timestamp())),
       language = coalesce(:language, conversation.language)"""
_CONVERSATION = take_seq(
    _ELSEWHERE, "conversation.id = :conversation_id", also=_HEARD + SOMEBODY_WAITS
)
_MESSAGE = insert_message(
    _ELSEWHERE,
    id="cast(:id AS uuid)",
    tenant_id="conversation.tenant_id",
    conversation_id="conversation.id",
    seq="conversation.last_seq",
    role="'user'",
    content="cast(:content AS text)",
    author_kind="'contact'",
    author_id="cast(:contact_id AS uuid)",
    parts="cast(:parts AS jsonb)",
    source="FROM conversation",
)
_HEAR = text(f"WITH conversation AS ({_CONVERSATION}) {_MESSAGE}")


async def add_message(
    session: HouseSession,
    *,
    id: UUID,
    channel: str,
    conversation_id: UUID,
    contact_id: UUID,
    content: str,
    parts: list[dict[str, Any]] | None,
    sent_at: datetime | None = None,
    language: str | None = None,
) -> None:
    """A contact's message. It opens a conversation that was closed."""
    given = {
        "id": id,
        "channel": channel,
        "conversation_id": conversation_id,
        "contact_id": contact_id,
        "content": content,
        "parts": orjson.dumps(parts).decode() if parts else None,
        "sent_at": sent_at,
        "language": language,
    }
    await session.execute(_HEAR, given)


_REPLACE_TEXT = text(
    """
    UPDATE messages AS message
       SET content = :content, parts = coalesce(cast(:parts AS jsonb), message.parts)
     WHERE message.channel = :channel AND message.id = :message_id
    """
)


async def replace_text(
    session: HouseSession,
    channel: str,
    message_id: UUID,
    content: str,
    *,
    parts: list[dict[str, Any]] | None = None,
) -> None:
    given = {
        "channel": channel,
        "message_id": message_id,
        "content": content,
        "parts": orjson.dumps(parts).decode() if parts else None,
    }
    await session.execute(_REPLACE_TEXT, given)


_TEXT_OF = text(
    """
    SELECT message.content FROM messages AS message
     WHERE message.channel = :channel AND message.id = :message_id
    """
)


async def text_of(session: HouseSession, channel: str, message_id: UUID) -> str | None:
    given = {"channel": channel, "message_id": message_id}
    return (await session.execute(_TEXT_OF, given)).scalar_one_or_none()


_AUTHOR_OF = text(
    """
    SELECT message.author_id FROM messages AS message
     WHERE message.channel = :channel AND message.id = :message_id
    """
)


async def author_of(session: HouseSession, channel: str, message_id: UUID) -> UUID | None:
    given = {"channel": channel, "message_id": message_id}
    return (await session.execute(_AUTHOR_OF, given)).scalar_one_or_none()
