"""What platforms told us, each once: two deliveries of one message are one event.

An event is inserted first; whether it is news is what the insert says.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.db import HouseSession

First = Callable[[HouseSession], Awaitable[None]]
"""Done first of all in the transaction that stores an event, known or not, and undone with it."""


async def nothing(_: HouseSession) -> None:
    """What is done first by whoever has nothing to do."""


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
