"""Web chat over REST: the conversation list, history, opening and resetting."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response, status
from pydantic import BaseModel, ConfigDict

from shared.api.problems import problems
from shared.api.rbac import (
    Caller,
    PortalCaller,
    RequestSession,
    enter_own_scope,
    require_tenant_member,
)
from shared.conversations import control, history, opening
from shared.conversations.frames import citations
from shared.conversations.looking_in import Act, leave_trace
from shared.db import PortalSession
from shared.errors import BadRequest
from shared.events import Author, Citation, MessageRole, MessageStatus
from shared.models import WebConversation, WebConversationMessage

chat_router = APIRouter(
    prefix="/api/portal/chat", tags=["chat"], responses=problems(400, 401, 403, 404)
)


Reason = Annotated[str | None, Header(alias="X-Reason")]
"""Why a platform admin looks into another's conversation, percent-encoded; it is logged."""


class ConversationOut(BaseModel):
    """A conversation in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    tenant_id: UUID
    agent_id: UUID
    agent_name: str
    updated_at: datetime
    last_message_preview: str | None = None
    user_id: UUID
    user_name: str | None = None
    """Whose it is; null for one who is no member of the tenant."""


class AuthorOut(BaseModel):
    """`member`, a colleague; `system`, a notice."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    name: str | None = None
    """Null of a notice, and of a colleague who has left."""


class CitationOut(Citation):
    """A source of an answer, with its words."""

    model_config = ConfigDict(from_attributes=True)


class MessageOut(BaseModel):
    """A message of the history."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    role: MessageRole
    content: str
    created_at: datetime
    seq: int
    status: MessageStatus
    reply_to: UUID | None = None
    client_message_id: str | None = None
    error_code: str | None = None
    finish: str | None = None
    author: AuthorOut | None = None
    """Who wrote it, where that is neither the person nor the agent."""
    citations: list[CitationOut] | None = None
    """The sources of an answer that has some."""


class OpenConversation(BaseModel):
    """With whom to talk."""

    tenant_id: UUID
    agent_id: UUID


@chat_router.get("/conversations")
async def list_conversations(
    caller: Caller,
    session: RequestSession,
    tenant_id: UUID | None = None,
    x_reason: Reason = None,
) -> list[ConversationOut]:
    """The caller's conversations in a tenant, newest `updated_at` first, at most 1,000.

    A platform admin sees everyone's, and with no `tenant_id` all tenants'; that is recorded.
    """
    if tenant_id is not None:
        if not caller.is_platform_admin:
            await session.enter_person(tenant_id, caller.user_id)
        await require_tenant_member(tenant_id, caller, session)
    elif caller.is_platform_admin:
        await enter_own_scope(caller, session)
    else:
        raise BadRequest("Say which tenant: `?tenant_id=`.")
    rows = await history.list_conversations(
        session,
        tenant_id=tenant_id,
        user_id=None if caller.is_platform_admin else caller.user_id,
    )
    if any(row.user_id != caller.user_id for row in rows):
        await leave_trace(
            session, Act.LISTED, by=caller.user_id, reason=x_reason, tenant_id=tenant_id
        )
    return [ConversationOut.model_validate(row) for row in rows]


@chat_router.post(
    "/conversations",
    responses={201: {"model": ConversationOut, "description": "It is new"}},
)
async def open_conversation(
    body: OpenConversation, caller: Caller, session: RequestSession, response: Response
) -> ConversationOut:
    """The caller's conversation with an agent: created (201), or the one they have (200)."""
    await require_tenant_member(body.tenant_id, caller, session)
    conversation, agent_name, created = await opening.open_conversation(
        session, tenant_id=body.tenant_id, agent_id=body.agent_id, user_id=caller.user_id
    )
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
    return ConversationOut(
        id=conversation.id,
        tenant_id=conversation.tenant_id,
        agent_id=conversation.agent_id,
        agent_name=agent_name,
        updated_at=conversation.updated_at,
        user_id=conversation.user_id,
    )


@chat_router.get("/conversations/{conversation_id}/messages", response_model_exclude_unset=True)
async def list_messages(
    conversation_id: UUID,
    caller: Caller,
    session: RequestSession,
    limit: Annotated[int, Query(ge=1, le=history.MAX_PAGE)] = 50,
    before: UUID | None = None,
    x_reason: Reason = None,
) -> list[MessageOut]:
    """A page of history in ascending order: the newest messages, or those before a message."""
    conversation = await _entered(conversation_id, caller, session)
    await _leave_trace_if_anothers(session, Act.READ, conversation, caller, x_reason)
    messages = await history.history(session, conversation_id, limit=limit, before=before)
    authors = await history.authors(session, messages)
    return [_told(message, authors.get(message.id)) for message in messages]


def _told(message: WebConversationMessage, author: Author | None) -> MessageOut:
    told = MessageOut.model_validate(message)
    if author is not None:  # else it is not told at all
        told.author = AuthorOut.model_validate(author)
    if (cited := citations(message.parts)) is not None:
        told.citations = [CitationOut.model_validate(each) for each in cited]
    return told


@chat_router.delete("/conversations/{conversation_id}", status_code=status.HTTP_204_NO_CONTENT)
async def reset_conversation(
    conversation_id: UUID, caller: Caller, session: RequestSession, x_reason: Reason = None
) -> None:
    """Delete the messages and end what is being answered; the conversation stays."""
    conversation = await _entered(conversation_id, caller, session)
    await _leave_trace_if_anothers(session, Act.EMPTIED, conversation, caller, x_reason)
    await control.reset(session, conversation_id)


async def _entered(
    conversation_id: UUID, caller: PortalCaller, session: PortalSession
) -> WebConversation:
    """The conversation, if the caller may see it."""
    await enter_own_scope(caller, session)
    return await history.find_own(
        session, conversation_id, user_id=caller.user_id, role=caller.role
    )


async def _leave_trace_if_anothers(
    session: PortalSession,
    act: Act,
    conversation: WebConversation,
    caller: PortalCaller,
    reason: str | None,
) -> None:
    if conversation.user_id != caller.user_id:
        await leave_trace(
            session,
            act,
            by=caller.user_id,
            reason=reason,
            tenant_id=conversation.tenant_id,
            owner=conversation.user_id,
            conversation_id=conversation.id,
        )
