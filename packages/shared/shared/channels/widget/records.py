"""What visitors agreed to, how they rate answers and where they can be reached, as rows.

What was agreed to and what was rated is known by the version of its text, which may be another
tomorrow.
"""

from uuid import UUID

from sqlalchemy import text

from shared.conversations.places import WIDGET_CHANNEL
from shared.db import HouseSession

_CONSENTED = text(
    """
    SELECT FROM visitor_consents AS consent
     WHERE consent.connection_id = :door_id AND consent.contact_id = :contact_id
       AND consent.version = :version
    """
)
_CONSENT = text(
    """
    INSERT INTO visitor_consents (tenant_id, connection_id, contact_id, text, version)
    VALUES (:tenant_id, :door_id, :contact_id, :text, :version)
    """
)


async def has_consented(
    session: HouseSession, door_id: UUID, contact_id: UUID, version: str
) -> bool:
    given = {"door_id": door_id, "contact_id": contact_id, "version": version}
    return (await session.execute(_CONSENTED, given)).first() is not None


async def add_consent(
    session: HouseSession, door_id: UUID, contact_id: UUID, *, text: str, version: str
) -> None:
    given = {
        "tenant_id": session.tenant_id,
        "door_id": door_id,
        "contact_id": contact_id,
        "text": text,
        "version": version,
    }
    await session.execute(_CONSENT, given)


_ANSWER = text(
    f"""
    SELECT message.content FROM messages AS message
     WHERE message.tenant_id = :tenant_id AND message.channel = '{WIDGET_CHANNEL}'
       AND message.id = :message_id AND message.conversation_id = :conversation_id
       AND message.role = 'assistant' AND message.author_kind IS DISTINCT FROM 'system'
    """  # noqa: S608 - of our own constants
)
_RATE = text(
    f"""
    INSERT INTO message_ratings (tenant_id, channel, message_id, contact_id, good, version)
    VALUES (:tenant_id, '{WIDGET_CHANNEL}', :message_id, :contact_id, :good, :version)
    ON CONFLICT (tenant_id, channel, message_id, contact_id)
    DO UPDATE SET good = excluded.good, version = excluded.version,
                  updated_at = clock_timestamp()
    """  # noqa: S608 - of our own constants
)


async def answer_text(session: HouseSession, conversation_id: UUID, message_id: UUID) -> str | None:
    given = {
        "tenant_id": session.tenant_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
    }
    return (await session.execute(_ANSWER, given)).scalar_one_or_none()


async def rate(
    session: HouseSession, message_id: UUID, contact_id: UUID, *, good: bool, version: str
) -> None:
    given = {
        "tenant_id": session.tenant_id,
        "message_id": message_id,
        "contact_id": contact_id,
        "good": good,
        "version": version,
    }
    await session.execute(_RATE, given)


_ADDRESS = text(
    """
    UPDATE contact_addresses AS address
       SET details = address.details || jsonb_build_object('reach_at', cast(:reach_at AS text)),
           updated_at = clock_timestamp()
     WHERE address.tenant_id = :tenant_id AND address.connection_id = :door_id
       AND address.contact_id = :contact_id
    """
)


async def keep_address(
    session: HouseSession, door_id: UUID, contact_id: UUID, reach_at: str
) -> None:
    """Where a visitor says that they can be reached; nobody has proved it."""
    given = {
        "tenant_id": session.tenant_id,
        "door_id": door_id,
        "contact_id": contact_id,
        "reach_at": reach_at,
    }
    await session.execute(_ADDRESS, given)
