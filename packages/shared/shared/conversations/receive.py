"""What platforms tell us, stored: messages, edits, deletes. One way for every outside channel.

Each is one transaction, and telling it again changes nothing: it is known by the platform's id of
the delivery and by what the message is. The message is stored with the run that shall answer it,
which waits until its author has been quiet for a moment, since people say one thing in several
messages; then workers are nudged. Why a message is not answered, and what its author is told then,
is `admitting`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shared.config import settings
from shared.conversations import admitting, announcing, contacts, inbound, inbound_events
from shared.conversations.contacts import Author
from shared.conversations.inbound import Locked
from shared.conversations.inbound_events import First, Told, nothing
from shared.conversations.media import MediaRef, as_part
from shared.db import HouseSession
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.runs import bursts, queue
from shared.runs.nudges import nudge_in
from shared.tenants import quotas

QUIET_S = 1.5
"""After which an author is taken to have said all."""
AT_MOST_S = 5.0
"""After their first message they are answered all the same."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, as its channel has read it.

    `conversation_key` names place and thread; without one it is a talk between two, known by our
    contact, since platforms' ids change. `thread` is set within a thread alone. `addressed` says
    whether a group's message is meant for us. `extras` are what the channel needs to answer.
    """

    told: Told
    author: Author
    text: str
    conversation_key: str | None = None
    thread: str | None = None
    files: Sequence[MediaRef] = ()
    is_group: bool = False
    addressed: bool = True
    is_bot: bool = False
    parts: list[dict[str, Any]] | None = None
    sent_at: datetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it. `known`: it was stored before, and nothing was done."""

    known: bool
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    run_id: UUID | None = None
    """None if nobody is asked to answer."""


Then = Callable[[HouseSession, UUID], Awaitable[None]]
"""Done in the transaction that stores a message, whose id it gets."""


async def nothing_more(_: HouseSession, __: UUID) -> None:
    """What is done of a message by whoever has nothing to add."""


async def receive(
    tenant_id: UUID, heard: Heard, first: First = nothing, then: Then = nothing_more
) -> Received:
    """Store a person's message with its run, and nudge once its author may have said all."""
    told = heard.told
    event_id, message_id = uuid4(), uuid4()
    has_room = not heard.addressed or await quotas.has_room_for_message(tenant_id)
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        await first(session)
        if not await inbound_events.is_news(
            session, event_id, told, kind="message", message_id=message_id, sent_at=heard.sent_at
        ):
            before = await inbound_events.remembered(session, told)
            if before is None:
                return Received(True)
            return Received(True, before.conversation_id, before.message_id)
        if await inbound_events.was_taken_back(session, told):
            await inbound_events.note_event(session, event_id, note="deleted_before_it_came")
            return Received(False)
        contact_id = await contacts.contact_of(session, told.connection_id, heard.author)
        conversation, is_new = await _conversation(session, heard, contact_id)
        if conversation is None:
            await inbound_events.note_event(session, event_id, note="nobody_answers_here")
            return Received(False)
        given = admitting.Given(
            told.channel, heard.text, heard.sent_at, heard.addressed, conversation
        )
        await inbound.add_message(
            session,
            id=message_id,
            channel=told.channel,
            conversation_id=conversation.id,
            contact_id=contact_id,
            content=heard.text,
            parts=[*map(as_part, heard.files), *(heard.parts or ()), *admitting.marks(given)],
            sent_at=heard.sent_at,
            language=heard.author.language,
        )
        await then(session, message_id)
        if is_new and heard.addressed:
            held = await announcing.locked(session, told.channel, conversation.id)
            await announcing.introduce(session, held)
        why_not = await admitting.why_not_answered(session, given, has_room=has_room)
        run_id = await _run(session, heard, conversation, message_id) if why_not is None else None
        await inbound_events.note_event(
            session,
            event_id,
            conversation_id=conversation.id,
            message_id=message_id,
            note=None if why_not in admitting.NOBODYS_NEWS else why_not,
        )
    return Received(False, conversation.id, message_id, run_id)


async def move(tenant_id: UUID, connection_id: UUID, channel: str, before: str, now: str) -> None:
    """The conversations of a place, and of its threads, go on where the platform says it is now."""
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        await inbound.move(session, channel, connection_id, before, now)


async def is_our_thread(tenant_id: UUID, heard: Heard) -> bool:
    """Whether it was said in a thread in which we were addressed before."""
    if heard.thread is None or heard.conversation_key is None:
        return False
    told = heard.told
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        return await inbound.is_there(
            session, told.channel, told.connection_id, heard.conversation_key
        )


async def _conversation(
    session: HouseSession, heard: Heard, contact_id: UUID
) -> tuple[Locked | None, bool]:
    """Found or made, and locked; whether it was made. None if there is none and nobody to answer
    in it."""
    told = heard.told
    key = heard.conversation_key or str(contact_id)
    found = await inbound.lock_by_key(session, told.channel, told.connection_id, key)
    if found is not None:
        return found, False
    agent_id = await inbound.agent_of_connection(session, told.connection_id)
    if agent_id is None:
        return None, False
    is_new = await inbound.add_conversation(
        session,
        channel=told.channel,
        agent_id=agent_id,
        connection_id=told.connection_id,
        external_key=key,
        contact_id=None if heard.conversation_key else contact_id,
        language=heard.author.language,
    )
    return await inbound.lock_by_key(session, told.channel, told.connection_id, key), is_new


async def _run(session: HouseSession, heard: Heard, conversation: Locked, message_id: UUID) -> UUID:
    told = heard.told
    thread = (session.tenant_id, told.channel, str(conversation.id))
    waits = await bursts.put_off(
        session,
        *thread,
        author=heard.author.external_id,
        quiet_s=QUIET_S,
        at_most_s=AT_MOST_S,
        first_nudge_s=settings.worker.first_nudge_s,
    )
    run_id = await queue.add_run(
        session,
        tenant_id=session.tenant_id,
        agent_id=conversation.agent_id,
        channel=told.channel,
        thread_id=str(conversation.id),
        message_id=str(message_id),
        payload=_payload(session.tenant_id, heard, conversation.id, message_id),
        first_nudge_s=settings.worker.first_nudge_s,
        may_merge=True,
        not_before=waits.until,
    )
    nudge = {"id": str(message_id), "tenant_id": str(session.tenant_id), "run_id": str(run_id)}

    async def tell() -> None:
        nudge_in(waits.seconds, nudge)

    session.after_commit(tell)
    return run_id


def _payload(
    tenant_id: UUID, heard: Heard, conversation_id: UUID, message_id: UUID
) -> dict[str, Any]:
    """The message without its text, which is read where it is stored."""
    message = KonstructMessage(
        id=str(message_id),
        tenant_id=str(tenant_id),
        channel=ChannelType(heard.told.channel),
        channel_metadata=heard.metadata,
        sender=SenderInfo(
            user_id=heard.author.external_id, display_name=heard.author.display_name or ""
        ),
        content=MessageContent(),
        thread_id=str(conversation_id),
    )
    return (
        message.model_dump(mode="json")
        | heard.extras
        | {
            "conversation_id": str(conversation_id),
            "connection_id": str(heard.told.connection_id),
            "tenant_id": str(tenant_id),
        }
    )
