"""Conversations that are shown on pages of ours, and their messages: the web's, unless another
channel is named.

Whoever changes a conversation locks its row first (`lock_conversation`) and touches runs after.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import TextClause, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.conversations.outcomes import StoredOutcome, outcome
from shared.conversations.places import WEB, WEB_CHANNEL, Place, elsewhere
from shared.conversations.predicates import agent_of, answers, lock, spoken_by
from shared.conversations.writing import add_message as insert_message
from shared.db import WithinTenant
from shared.models import (
    Agent,
    ChannelConversation,
    ChannelMessage,
    PortalUser,
    WebConversation,
    WebConversationMessage,
)

PREVIEW_CHARS = 120


# Both parts have the same columns, which is all that callers go by.
def _conversations(channel: str) -> type[WebConversation]:
    ours = WebConversation if channel == WEB_CHANNEL else ChannelConversation
    return cast(type[WebConversation], ours)


def _messages(channel: str) -> type[WebConversationMessage]:
    ours = WebConversationMessage if channel == WEB_CHANNEL else ChannelMessage
    return cast(type[WebConversationMessage], ours)


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A row of the conversation list."""

    id: UUID
    tenant_id: UUID
    agent_id: UUID
    agent_name: str
    updated_at: datetime
    last_message_preview: str | None
    user_id: UUID
    user_name: str | None
    """None for one whom this session does not see: they have left the tenant."""


async def summaries(
    session: WithinTenant, *, tenant_id: UUID | None, user_id: UUID | None, limit: int
) -> list[ConversationSummary]:
    """Conversations, newest `updated_at` first; of one tenant or all, of one person or all. Notices
    and what says nothing are no preview."""
    newest = (
        select(func.left(WebConversationMessage.content, PREVIEW_CHARS).label("preview"))
        .where(
            WebConversationMessage.conversation_id == WebConversation.id,
            WebConversationMessage.status != "merged",
            WebConversationMessage.author_kind.is_distinct_from("system"),
        )
        .order_by(WebConversationMessage.seq.desc())
        .limit(1)
        .lateral("newest")
    )
    query = (
        select(
            WebConversation.id,
            WebConversation.tenant_id,
            WebConversation.agent_id,
            Agent.name,
            WebConversation.updated_at,
            newest.c.preview,
            WebConversation.user_id,
            PortalUser.display_name,
        )
        .join(
            Agent,
            (Agent.tenant_id == WebConversation.tenant_id) & (Agent.id == WebConversation.agent_id),
        )
        .outerjoin(newest, newest.c.preview.is_not(None))
        .outerjoin(PortalUser, PortalUser.id == WebConversation.user_id)
        .order_by(WebConversation.updated_at.desc(), WebConversation.id)
        .limit(limit)
    )
    if tenant_id is not None:
        query = query.where(WebConversation.tenant_id == tenant_id)
    if user_id is not None:
        query = query.where(WebConversation.user_id == user_id)
    return [ConversationSummary(*row) for row in await session.execute(query)]


async def conversation_by_id(
    session: WithinTenant, conversation_id: UUID
) -> WebConversation | None:
    return (
        await session.execute(select(WebConversation).where(WebConversation.id == conversation_id))
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class LockedConversation:
    """What somebody who is about to change a conversation has to know."""

    id: UUID
    tenant_id: UUID
    agent_id: UUID
    user_id: UUID
    """Or the contact's."""
    last_seq: int
    handling: str
    """`agent` wherever it may speak."""
    agent_is_active: bool
    paused_notice: str | None
    agent_is_dismissed: bool


# Text, because it is on every message's way: building the expression costs more than running it.
def _lock(place: Place, person: str) -> TextClause:
    return text(
        f"""
    SELECT conversation.id, conversation.tenant_id, conversation.agent_id, {person},
           conversation.last_seq, {spoken_by("conversation")},
           {answers("agent")}, agent.paused_notice, agent.dismissed_at IS NOT NULL
      FROM {place.conversations} AS conversation
      JOIN agents AS agent ON {agent_of("conversation", "agent")}
     WHERE conversation.id = :conversation_id{place.only("conversation")}
       {lock("conversation")}
    """  # noqa: S608 - of our own constants
    )


_ELSEWHERE = elsewhere(":channel")
_LOCK = _lock(WEB, "conversation.user_id")
_LOCK_ELSEWHERE = _lock(_ELSEWHERE, "conversation.contact_id")


async def lock_conversation(
    session: WithinTenant, conversation_id: UUID, channel: str = WEB_CHANNEL
) -> LockedConversation | None:
    """The conversation, its row locked until the transaction ends."""
    lock_it = _LOCK if channel == WEB_CHANNEL else _LOCK_ELSEWHERE
    given = {"conversation_id": conversation_id, "channel": channel}
    row = (await session.execute(lock_it, given)).one_or_none()
    return LockedConversation(*row) if row else None


async def create_conversation(
    session: WithinTenant, *, tenant_id: UUID, agent_id: UUID, user_id: UUID
) -> tuple[WebConversation, bool]:
    """The one conversation of this person with this agent, and whether it is new."""
    created = (
        await session.execute(
            insert(WebConversation)
            .values(tenant_id=tenant_id, agent_id=agent_id, user_id=user_id)
            .on_conflict_do_nothing(index_elements=["tenant_id", "agent_id", "user_id"])
            .returning(WebConversation)
        )
    ).scalar_one_or_none()
    if created is not None:
        return created, True
    existing = await session.execute(
        select(WebConversation).where(
            WebConversation.tenant_id == tenant_id,
            WebConversation.agent_id == agent_id,
            WebConversation.user_id == user_id,
        )
    )
    return existing.scalar_one(), False


async def message_by_id(
    session: WithinTenant, conversation_id: UUID, message_id: UUID, channel: str = WEB_CHANNEL
) -> WebConversationMessage | None:
    messages = _messages(channel)
    found = select(messages).where(
        messages.conversation_id == conversation_id, messages.id == message_id
    )
    return (await session.execute(found)).scalar_one_or_none()


async def message_by_client_id(
    session: WithinTenant,
    conversation_id: UUID,
    client_message_id: str,
    channel: str = WEB_CHANNEL,
) -> WebConversationMessage | None:
    messages = _messages(channel)
    found = select(messages).where(
        messages.conversation_id == conversation_id,
        messages.client_message_id == client_message_id,
    )
    return (await session.execute(found)).scalar_one_or_none()


async def outcome_of(
    session: WithinTenant, conversation_id: UUID, message_id: UUID, channel: str = WEB_CHANNEL
) -> WebConversationMessage | None:
    """The newest outcome of a user's message, if it has one."""
    messages = _messages(channel)
    found = (
        select(messages)
        .where(messages.conversation_id == conversation_id, messages.reply_to == message_id)
        .order_by(messages.seq.desc())
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def history_page(
    session: WithinTenant, conversation_id: UUID, *, limit: int, before_seq: int | None = None
) -> Sequence[WebConversationMessage]:
    """The newest `limit` messages older than `before_seq`, in ascending order."""
    query = (
        select(WebConversationMessage)
        .where(WebConversationMessage.conversation_id == conversation_id)
        .order_by(WebConversationMessage.seq.desc())
        .limit(limit)
    )
    if before_seq is not None:
        query = query.where(WebConversationMessage.seq < before_seq)
    return list(reversed((await session.execute(query)).scalars().all()))


_ADD_MESSAGE = text(
    insert_message(
        WEB,
        id="cast(:id AS uuid)",
        tenant_id="cast(:tenant_id AS uuid)",
        conversation_id="cast(:conversation_id AS uuid)",
        role=":role",
        content=":content",
        status=":status",
        reply_to="cast(:reply_to AS uuid)",
        client_message_id=":client_message_id",
    )
)


async def add_message(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    role: str,
    content: str,
    status: str = "complete",
    id: UUID | None = None,
    reply_to: UUID | None = None,
    client_message_id: str | None = None,
) -> WebConversationMessage:
    """Insert under the conversation's lock; the message comes back with `seq` and `created_at`.

    It is a plain value and no object of the session's.
    """
    message = WebConversationMessage(
        id=id or uuid4(),
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        role=role,
        content=content,
        status=status,
        reply_to=reply_to,
        client_message_id=client_message_id,
    )
    columns = ("id", "tenant_id", "conversation_id", "role", "content", "status", "reply_to",
               "client_message_id")  # fmt: skip
    row = (
        await session.execute(_ADD_MESSAGE, {name: getattr(message, name) for name in columns})
    ).one()
    message.seq, message.created_at = row.seq, row.created_at
    return message


def _end_pending(place: Place) -> TextClause:
    return text(
        outcome(
            place,
            conversation_id=":conversation_id",
            run_id=":run_id",
            fence="run.id = :run_id AND run.state = 'pending'",
            state=":state",
            message_id="gen_random_uuid()",
            text="''",
            status=":state",
            covers=True,
        )
    )


_END_PENDING, _END_PENDING_ELSEWHERE = _end_pending(WEB), _end_pending(_ELSEWHERE)


async def end_pending(
    session: WithinTenant,
    conversation_id: UUID,
    run_id: UUID,
    *,
    state: str,
    channel: str = WEB_CHANNEL,
) -> list[StoredOutcome]:
    """End a run that nobody works on, with nothing said. The caller has locked it."""
    end_it = _END_PENDING if channel == WEB_CHANNEL else _END_PENDING_ELSEWHERE
    given = {
        "conversation_id": conversation_id,
        "run_id": run_id,
        "state": state,
        "channel": channel,
    }
    return [StoredOutcome(*row) for row in await session.execute(end_it, given)]


async def names_of(session: WithinTenant, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these members are called."""
    query = select(PortalUser.id, PortalUser.display_name).where(PortalUser.id.in_(user_ids))
    return dict((await session.execute(query)).all())


async def empty_conversation(
    session: WithinTenant, conversation_id: UUID, channel: str = WEB_CHANNEL
) -> None:
    """Delete all messages and remember up to where; its agent has it again. The caller holds the
    conversation's lock."""
    messages, conversations = _messages(channel), _conversations(channel)
    await session.execute(delete(messages).where(messages.conversation_id == conversation_id))
    await session.execute(
        update(conversations)
        .where(conversations.id == conversation_id)
        .values(
            reset_seq=conversations.last_seq,
            handling="agent",
            held_by=None,
            hold_epoch=conversations.hold_epoch + 1,
            waiting_since=None,
            updated_at=func.clock_timestamp(),
        )
    )
