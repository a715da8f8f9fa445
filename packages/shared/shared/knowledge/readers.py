"""Who may read a source, and whose it is."""

from collections.abc import Sequence
from uuid import UUID

from shared.db import AcrossTenants, WithinTenant
from shared.errors import NotFound
from shared.knowledge import repository, sources


async def set_readers(
    session: WithinTenant, tenant_id: UUID, source_id: UUID, agent_ids: Sequence[UUID]
) -> None:
    """These agents read it from the next message on, and no others. Raises NotFound."""
    before = set((await sources.show(session, tenant_id, source_id)).agent_ids)
    for agent_id in before - set(agent_ids):
        await sources.revoke(session, tenant_id, agent_id, source_id)
    for agent_id in dict.fromkeys(agent_ids):
        if agent_id not in before:
            await sources.grant(session, tenant_id, agent_id, source_id)


async def tenant_of(session: AcrossTenants, source_id: UUID) -> UUID:
    """For the operator's own commands. Raises NotFound."""
    tenant_id = await repository.tenant_of(session, source_id)
    if tenant_id is None:
        raise NotFound("There is no such source.")
    return tenant_id
