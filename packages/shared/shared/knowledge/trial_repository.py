"""SQL for questions that are tried out."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from shared.db import WithinTenant
from shared.models import KnowledgeTrial


async def trial_by_id(
    session: WithinTenant, tenant_id: UUID, trial_id: UUID
) -> KnowledgeTrial | None:
    found = select(KnowledgeTrial).where(
        KnowledgeTrial.tenant_id == tenant_id, KnowledgeTrial.id == trial_id
    )
    return (await session.execute(found)).scalar_one_or_none()


async def keep_answer(
    session: WithinTenant,
    tenant_id: UUID,
    trial_id: UUID,
    *,
    answer: str,
    knows: bool,
    citations: list[dict[str, Any]],
) -> None:
    """Nothing, if the question is gone."""
    await session.execute(
        update(KnowledgeTrial)
        .where(KnowledgeTrial.tenant_id == tenant_id, KnowledgeTrial.id == trial_id)
        .values(answer=answer, knows=knows, citations=citations, answered_at=func.clock_timestamp())
    )
