"""Files that people sent: what is still to be fetched of a message, and what was.

A message's part names its file by the platform's id until it is fetched, then by ours.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import select, text

from shared.conversations.media import MediaRef
from shared.db import AnySession, HouseSession
from shared.models import File


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of a message, at this place among its parts."""

    index: int
    media: MediaRef


_WANTED = text(
    """
    SELECT (part.place - 1)::integer, part.its->>'media_id', part.its->>'name', part.its->>'mime',
           (part.its->>'size')::bigint
      FROM messages AS message
     CROSS JOIN jsonb_array_elements(message.parts) WITH ORDINALITY AS part (its, place)
     WHERE message.channel = :channel AND message.id = :message_id
       AND part.its->>'kind' = 'file' AND part.its ? 'media_id' AND NOT part.its ? 'refused'
     ORDER BY part.place
    """
)


async def wanted(tenant_id: UUID, channel: str, message_id: UUID) -> list[Wanted]:
    """What is not fetched yet, in order."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        rows = await session.execute(_WANTED, {"channel": channel, "message_id": message_id})
        return [Wanted(index, MediaRef(*media)) for index, *media in rows]


_KEEP = text(
    """
    INSERT INTO files AS file (tenant_id, sha256, mime, size, content)
    VALUES (:tenant_id, :sha256, :mime, :size, :content)
    ON CONFLICT (tenant_id, sha256) DO UPDATE SET knowledge_alone = false
    RETURNING file.id
    """
)
_SETTLE = text(
    """
    UPDATE messages AS message
       SET parts = jsonb_set(message.parts, ARRAY[cast(:index AS text)],
                             (message.parts->cast(:index AS integer)) - cast(:gone AS text)
                             || cast(:told AS jsonb))
     WHERE message.channel = :channel AND message.id = :message_id
       AND message.parts->cast(:index AS integer)->>'media_id' = :media_id
    RETURNING true
    """
)


async def keep(
    tenant_id: UUID, channel: str, message_id: UUID, which: Wanted, content: bytes, mime: str
) -> None:
    """The file is ours from now on, once however often it is sent. Nothing is kept of a message
    that was taken back meanwhile."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        given = {
            "tenant_id": tenant_id,
            "sha256": hashlib.sha256(content).digest(),
            "mime": mime,
            "size": len(content),
            "content": content,
        }
        file_id = (await session.execute(_KEEP, given)).scalar_one()
        told = {"file_id": str(file_id), "mime": mime, "size": len(content)}
        if not await _settle(session, channel, message_id, which, told, gone="media_id"):
            await session.rollback()


async def refuse(tenant_id: UUID, channel: str, message_id: UUID, which: Wanted, code: str) -> None:
    """It is not fetched, now or later."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        await _settle(session, channel, message_id, which, {"refused": code}, gone="")


async def _settle(
    session: HouseSession,
    channel: str,
    message_id: UUID,
    which: Wanted,
    told: dict[str, object],
    *,
    gone: str,
) -> bool:
    given = {
        "channel": channel,
        "message_id": message_id,
        "index": which.index,
        "media_id": which.media.id,
        "gone": gone,
        "told": orjson.dumps(told).decode(),
    }
    return (await session.execute(_SETTLE, given)).first() is not None


async def file_of(session: AnySession, tenant_id: UUID, file_id: UUID) -> tuple[str, bytes] | None:
    """Its type and content."""
    found = select(File.mime, File.content).where(File.tenant_id == tenant_id, File.id == file_id)
    row = (await session.execute(found)).one_or_none()
    return (row.mime, row.content) if row else None
