"""What platforms tell us, as rows: the events, the people, the conversations they write in.

Everything that two deliveries may make at once is inserted first and read after.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.conversations.places import elsewhere
from shared.conversations.predicates import agent_of, answers, lock, spoken_by
from shared.conversations.writing import SOMEBODY_WAITS, take_seq
from shared.conversations.writing import add_message as insert_message
from shared.db import HouseSession

_ELSEWHERE = elsewhere(":channel")

# ── events ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Told:
    """A message, or a revision of one, as its platform names it.

    `place` and `external_message_id` name the message. `delivery_id` is the platform's where it
    promises it unique, for one message. A `revision` names an edit: its stamp and a hash of the
    text.
    """

    connection_id: UUID
    channel: str
    place: str
    external_message_id: str
    delivery_id: str | None = None
    revision: str = ""


_ADD_EVENT = text(
    """
    INSERT INTO inbound_events (id, tenant_id, connection_id, delivery_id, place,
                                external_message_id, revision, kind, channel, message_id, sent_at)
    VALUES (:id, :tenant_id, :connection_id, :delivery_id, :place, :external_message_id,
            :revision, :kind, :channel, :message_id, :sent_at)
    ON CONFLICT DO NOTHING
    RETURNING true
    """
)


async def is_news(
    session: HouseSession,
    event_id: UUID,
    told: Told,
    *,
    kind: str,
    message_id: UUID | None = None,
    sent_at: datetime | None = None,
) -> bool:
    """Remember the event; False if it is remembered already, by either of its two keys. Who tells
    the same at once waits for the other's end."""
    given = {
        "id": event_id,
        "tenant_id": session.tenant_id,
        "connection_id": told.connection_id,
        "delivery_id": told.delivery_id,
        "place": told.place,
        "external_message_id": told.external_message_id,
        "revision": told.revision,
        "kind": kind,
        "channel": told.channel,
        "message_id": message_id,
        "sent_at": sent_at,
    }
    return (await session.execute(_ADD_EVENT, given)).scalar_one_or_none() is not None


_NOTE_EVENT = text(
    """
    UPDATE inbound_events AS event
       SET conversation_id = :conversation_id, message_id = :message_id, note = :note
     WHERE event.id = :id
    """
)


async def note_event(
    session: HouseSession,
    event_id: UUID,
    *,
    conversation_id: UUID | None = None,
    message_id: UUID | None = None,
    note: str | None = None,
) -> None:
    """What became of it; `note` for what an admin must see."""
    given = {
        "id": event_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "note": note,
    }
    await session.execute(_NOTE_EVENT, given)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Ours, of a platform's message."""

    conversation_id: UUID | None
    message_id: UUID | None


_REMEMBERED = text(
    """
    SELECT event.conversation_id, event.message_id FROM inbound_events AS event
     WHERE event.connection_id = :connection_id AND event.place = :place
       AND event.external_message_id = :external_message_id AND event.revision = ''
    """
)


async def remembered(session: HouseSession, told: Told) -> Remembered | None:
    """The message as it first came, whatever its revision."""
    given = {
        "connection_id": told.connection_id,
        "place": told.place,
        "external_message_id": told.external_message_id,
    }
    row = (await session.execute(_REMEMBERED, given)).one_or_none()
    return Remembered(*row) if row else None


_TAKEN_BACK = text(
    """
    SELECT FROM inbound_events AS event
     WHERE event.connection_id = :connection_id AND event.place = :place
       AND event.external_message_id = :external_message_id AND event.kind = 'delete'
     LIMIT 1
    """
)


async def was_taken_back(session: HouseSession, told: Told) -> bool:
    """Whether its author has deleted it: platforms may tell us that first."""
    given = {
        "connection_id": told.connection_id,
        "place": told.place,
        "external_message_id": told.external_message_id,
    }
    return (await session.execute(_TAKEN_BACK, given)).first() is not None


# ── people ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it. `external_id` is what the platform promises to keep; a number may move."""

    external_id: str
    display_name: str | None = None
    number: str | None = None
    language: str | None = None


_ADDRESS = text(
    """
    SELECT address.contact_id, address.display_name, address.number
      FROM contact_addresses AS address
     WHERE address.connection_id = :connection_id AND address.external_id = :external_id
    """
)
# The address refers to a contact that is there when the statement ends: none is made for nobody.
_ADD_CONTACT = text(
    """
    WITH address AS (
        INSERT INTO contact_addresses (tenant_id, contact_id, connection_id, external_id,
                                       display_name, number)
        VALUES (:tenant_id, gen_random_uuid(), :connection_id, :external_id, :display_name, :number)
        ON CONFLICT (connection_id, external_id) DO NOTHING
        RETURNING contact_id
    )
    INSERT INTO contacts (id, tenant_id, display_name, language)
    SELECT contact_id, :tenant_id, :display_name, :language FROM address
    RETURNING id
    """
)
_RENAME_ADDRESS = text(
    """
    UPDATE contact_addresses AS address
       SET display_name = :display_name, number = :number, updated_at = clock_timestamp()
     WHERE address.connection_id = :connection_id AND address.external_id = :external_id
    """
)
_MOVE_NUMBER = text(
    """
    UPDATE contact_addresses AS address
       SET number = NULL, updated_at = clock_timestamp()
     WHERE address.connection_id = :connection_id AND address.number = :number
       AND address.external_id <> :external_id
    """
)


async def contact_of(session: HouseSession, connection_id: UUID, author: Author) -> UUID:
    """The contact who writes from there, found or made. A number seen with another id moves, and
    whoever has it now inherits nothing."""
    given = {
        "tenant_id": session.tenant_id,
        "connection_id": connection_id,
        "external_id": author.external_id,
        "display_name": author.display_name,
        "number": author.number,
        "language": author.language,
    }
    known = (await session.execute(_ADDRESS, given)).one_or_none()
    if known is None:
        made = (await session.execute(_ADD_CONTACT, given)).scalar_one_or_none()
        # Else somebody made it meanwhile.
        known = (await session.execute(_ADDRESS, given)).one()
        is_new = made is not None
    else:
        is_new = False
    contact_id, display_name, number = known
    given["display_name"] = author.display_name or display_name
    given["number"] = author.number or number
    if not is_new and (display_name, number) != (given["display_name"], given["number"]):
        await session.execute(_RENAME_ADDRESS, given)
    if author.number and (is_new or number != author.number):
        await session.execute(_MOVE_NUMBER, given)
    found: UUID = contact_id
    return found


# ── conversations ──────────────────────────────────────────────────────────────────────────────


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


_LOCKED = f"""
    SELECT conversation.id, conversation.agent_id, {spoken_by("conversation")},
           {answers("agent")}
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


async def add_conversation(
    session: HouseSession,
    *,
    channel: str,
    agent_id: UUID,
    connection_id: UUID,
    external_key: str,
    contact_id: UUID | None,
    language: str | None,
) -> None:
    """Made, unless it is there."""
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "agent_id": agent_id,
        "connection_id": connection_id,
        "external_key": external_key,
        "contact_id": contact_id,
        "language": language,
    }
    await session.execute(_ADD_CONVERSATION, given)


# ── messages ───────────────────────────────────────────────────────────────────────────────────

_HEARD = (
    ", closed_at = NULL, last_inbound_at = coalesce(:sent_at, clock_timestamp()),"
    " language = coalesce(:language, conversation.language)"
)
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
