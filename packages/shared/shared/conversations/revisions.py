"""Messages that their authors change or take back on the platform.

The run's row decides who was first. Of a message nobody has begun to answer the text is replaced;
whoever claims it then reads the new one. Else the change is one more thing that was said: it is
shown, and the model reads it, but nobody answers it again.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from shared.conversations import inbound, inbound_events
from shared.conversations.inbound_events import First, Remembered, Told, nothing
from shared.db import HouseSession
from shared.runs import bursts


@dataclass(frozen=True, slots=True)
class Revised:
    """What became of an edit or a delete."""

    known: bool
    """It was told before, or it is about a message we do not have."""
    in_time: bool = False
    """Nobody had begun to answer."""


async def edit(tenant_id: UUID, told: Told, text: str, first: First = nothing) -> Revised:
    """The message's text is another now. `told.revision` names the edit."""
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        await first(session)
        found = await _find(session, told, kind="edit")
        if found is None or found.message_id is None or found.conversation_id is None:
            return Revised(known=True)
        if await inbound.text_of(session, told.channel, found.message_id) == text:
            return Revised(known=True)  # platforms call much an edit: a link's preview, for one
        in_time = await bursts.edited_in_time(session, tenant_id, str(found.message_id))
        if in_time:
            await inbound.replace_text(session, told.channel, found.message_id, text)
            return Revised(known=False, in_time=True)
        author = await inbound.author_of(session, told.channel, found.message_id)
        if author is not None:
            await inbound.add_message(
                session,
                id=uuid4(),
                channel=told.channel,
                conversation_id=found.conversation_id,
                contact_id=author,
                content=text,
                parts=[{"kind": "edit", "message_id": str(found.message_id)}],
            )
        return Revised(known=False)


async def delete(tenant_id: UUID, told: Told, first: First = nothing) -> Revised:
    """The message is taken back. What is not answered yet ends, with nothing said; what was said
    is not kept."""
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        await first(session)
        found = await _find(session, told, kind="delete")
        if found is None or found.message_id is None:
            return Revised(known=True)
        in_time = await bursts.cancelled_in_time(session, tenant_id, str(found.message_id))
        await inbound.replace_text(
            session, told.channel, found.message_id, "", parts=[{"kind": "deleted"}]
        )
        return Revised(known=False, in_time=in_time)


async def _find(session: HouseSession, told: Told, *, kind: str) -> Remembered | None:
    """Our message, its conversation locked; None if this was told before or there is none."""
    event_id = uuid4()
    if not await inbound_events.is_news(session, event_id, told, kind=kind):
        return None
    found = await inbound_events.remembered(session, told)
    if found is None or found.conversation_id is None:
        await inbound_events.note_event(session, event_id, note="message_not_known")
        return None
    locked = await inbound.lock_by_id(session, told.channel, found.conversation_id)
    if locked is None:
        return None
    await inbound_events.note_event(
        session, event_id, conversation_id=found.conversation_id, message_id=found.message_id
    )
    return found
