"""Many people's conversations at once, for load tests. What is there stays as it is."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.db import SystemSession
from shared.models import WebConversation


async def ensure_conversations(
    session: SystemSession, *, tenant_id: UUID, agent_id: UUID, user_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Each one's conversation with this agent, by user; the missing ones are made."""
    await session.execute(
        insert(WebConversation)
        .values(
            [
                {"tenant_id": tenant_id, "agent_id": agent_id, "user_id": user_id}
                for user_id in user_ids
            ]
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "agent_id", "user_id"])
    )
    rows = await session.execute(
        select(WebConversation.user_id, WebConversation.id).where(
            WebConversation.tenant_id == tenant_id,
            WebConversation.agent_id == agent_id,
            WebConversation.user_id.in_(user_ids),
        )
    )
    return dict(rows.all())
