"""The one conversation of a person with an employee: found, or made."""

from uuid import UUID

from shared.agents import repository as agents
from shared.conversations import repository
from shared.db import WithinTenant
from shared.errors import Conflict, NotFound
from shared.models import WebConversation
from shared.valkey.publish import tell_changed


async def open_conversation(
    session: WithinTenant, *, tenant_id: UUID, agent_id: UUID, user_id: UUID
) -> tuple[WebConversation, str, bool]:
    """The person's conversation with this agent, its agent's name, and whether it is new. None is
    begun with one who was dismissed. Raises NotFound, Conflict."""
    agent = await agents.agent_by_id(session, tenant_id, agent_id)
    if agent is None:
        raise NotFound("There is no such agent in this tenant.")
    conversation, created = await repository.create_conversation(
        session, tenant_id=tenant_id, agent_id=agent_id, user_id=user_id
    )
    if created:
        if agent.dismissed_at is not None:
            raise Conflict(
                f"{agent.name} does not work here any more. Choose somebody else.",
                code="agent_dismissed",
            )

        async def tell() -> None:
            tell_changed(tenant_id, "conversations", person_id=user_id)

        session.after_commit(tell)
    return conversation, agent.name, created
