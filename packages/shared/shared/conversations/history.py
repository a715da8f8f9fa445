"""Who may read a conversation, and its messages page by page."""

from collections.abc import Sequence
from uuid import UUID

from shared.conversations import repository
from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.conversations.repository import ConversationSummary
from shared.db import TenantSession, WithinTenant
from shared.errors import Forbidden, NotFound
from shared.events import Author
from shared.models import WebConversation, WebConversationMessage

MAX_PAGE = 200
MAX_LISTED = 1_000


def check_owner(
    conversation: WebConversation | None, *, user_id: UUID, role: str
) -> WebConversation:
    """The conversation, if this person may see it: its owner, or the platform admin.

    Raises NotFound for none (row-level security makes another tenant's look like none), Forbidden
    for a colleague's.
    """
    if conversation is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    if conversation.user_id != user_id and role != "platform_admin":
        raise Forbidden("This conversation belongs to someone else.")
    return conversation


async def history(
    session: WithinTenant, conversation_id: UUID, *, limit: int, before: UUID | None
) -> Sequence[WebConversationMessage]:
    """The newest `limit` messages, older than the message `before`, in ascending order."""
    before_seq = None
    if before is not None:
        cursor = await repository.message_by_id(session, conversation_id, before)
        if cursor is None:
            raise NotFound("`before` is not a message of this conversation.")
        before_seq = cursor.seq
    return await repository.history_page(
        session, conversation_id, limit=limit, before_seq=before_seq
    )


async def authors(
    session: WithinTenant, messages: Sequence[WebConversationMessage]
) -> dict[UUID, Author]:
    """Of those messages that neither the person nor the agent wrote, by message."""
    others = [m for m in messages if m.author_kind in ("member", "system")]
    members = {m.author_id for m in others if m.author_kind == "member" and m.author_id}
    names = await repository.names_of(session, members) if members else {}
    return {
        m.id: Author(kind=str(m.author_kind), name=names.get(m.author_id) if m.author_id else None)
        for m in others
    }


async def list_conversations(
    session: WithinTenant, *, tenant_id: UUID | None, user_id: UUID | None
) -> Sequence[ConversationSummary]:
    """Newest `updated_at` first, at most `MAX_LISTED`; of one tenant or all, of one person or
    all."""
    return await repository.summaries(
        session, tenant_id=tenant_id, user_id=user_id, limit=MAX_LISTED
    )


async def find_own(
    session: WithinTenant, conversation_id: UUID, *, user_id: UUID, role: str
) -> WebConversation:
    """The conversation, if this person may see it, as `check_owner` says."""
    found = await repository.conversation_by_id(session, conversation_id)
    return check_owner(found, user_id=user_id, role=role)


async def outcome_of(
    session: TenantSession, conversation_id: UUID, message_id: UUID, channel: str
) -> WebConversationMessage | None:
    """The newest outcome of a user's message, if it has one."""
    return await repository.outcome_of(session, conversation_id, message_id, channel)
