"""A conversation somebody is about to change: its row is locked before its runs are touched."""

from uuid import UUID

from shared.conversations import repository
from shared.conversations.places import WEB_CHANNEL
from shared.conversations.repository import LockedConversation
from shared.db import WithinTenant
from shared.errors import AgentPaused, Conflict, NotFound

NO_SUCH_CONVERSATION = "There is no such conversation."


async def lock(
    session: WithinTenant, conversation_id: UUID, channel: str = WEB_CHANNEL
) -> LockedConversation:
    """The conversation, locked until the transaction ends. Raises NotFound."""
    conversation = await repository.lock_conversation(session, conversation_id, channel)
    if conversation is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    return conversation


def require_active_agent(conversation: LockedConversation) -> None:
    """Raises AgentPaused, with the notice the business wrote."""
    if not conversation.agent_is_active:
        raise AgentPaused(conversation.paused_notice, dismissed=conversation.agent_is_dismissed)


def require_agent_speaks(conversation: LockedConversation) -> None:
    """Raises Conflict while somebody else has the conversation."""
    if conversation.handling != "agent":
        raise Conflict("A colleague has this conversation, and answers.", code="held_by_person")
