"""A typed answer becomes knowledge, and is tried at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.db import TenantSession
from shared.errors import Conflict, Unavailable
from shared.knowledge import sources, trials
from shared.knowledge.reading import DONE, how_far
from shared.knowledge.trials import Answered

KNOWN_WITHIN_S = 20.0
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Taught:
    """`tried` is what the employee says to the question now; None if it could not be asked."""

    source_id: UUID
    tried: Answered | None

    @property
    def is_known(self) -> bool:
        return self.tried is not None and self.tried.knows


async def teach(
    tenant_id: UUID, agent_id: UUID, *, question: str, answer: str, agent_ids: Sequence[UUID]
) -> Taught:
    """Let these agents know the answer, wait until they do, and ask the one. Whole transactions of
    its own. Raises BadRequest, NotFound, and Conflict if the business has no room for it."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await sources.add_answer(
            session, tenant_id, question=question, answer=answer, agent_ids=agent_ids
        )
        source_id = source.id
    if not await _is_read(tenant_id, source_id):
        return Taught(source_id, None)
    try:
        return Taught(source_id, await trials.ask(tenant_id, agent_id, question))
    except (Conflict, Unavailable):
        return Taught(source_id, None)  # it is known all the same


async def _is_read(tenant_id: UUID, source_id: UUID) -> bool:
    try:
        async with asyncio.timeout(KNOWN_WITHIN_S):
            while True:
                async with TenantSession(tenant_id) as session, session.transaction():
                    shown = await sources.show(session, tenant_id, source_id)
                if (state := how_far(shown).state) in DONE:
                    return state == "indexed"
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        return False
