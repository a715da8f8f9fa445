"""An employee is dismissed: it answers nobody any more, and what was said with it stays readable.

Its accounts on other platforms stay connected to it, so that nothing that people write there is
lost; nobody answers until its business chooses somebody else for them.
"""

from datetime import UTC, datetime
from uuid import UUID

from shared.agents import repository, rules
from shared.audit.record import record
from shared.db import AnySession
from shared.models import Agent
from shared.valkey.publish import publish_changed


async def dismiss(
    session: AnySession, tenant_id: UUID, agent_id: UUID, *, by: UUID | None = None
) -> Agent:
    """The agent, dismissed; one that was keeps its day. Raises NotFound."""
    agent = await rules.lock(session, tenant_id, agent_id, revision=None)
    if agent.dismissed_at is not None:
        return agent
    return await _put(session, agent, datetime.now(UTC), by=by)


async def take_back(
    session: AnySession, tenant_id: UUID, agent_id: UUID, *, by: UUID | None = None
) -> Agent:
    """The agent, working here again. It is paused until somebody has it go on. Raises NotFound."""
    agent = await rules.lock(session, tenant_id, agent_id, revision=None)
    if agent.dismissed_at is None:
        return agent
    return await _put(session, agent, None, by=by)


async def _put(session: AnySession, agent: Agent, at: datetime | None, *, by: UUID | None) -> Agent:
    tenant_id = agent.tenant_id
    changes = {"dismissed_at": at, "status": "paused"}
    changed = await repository.change_agent(session, tenant_id, agent.id, changes)
    assert changed is not None, "its name is what it was"
    await record(
        session,
        tenant_id=tenant_id,
        actor_kind="user" if by else "system",
        actor=by,
        action="agent.dismissed" if at else "agent.taken_back",
        object_kind="agent",
        object_id=agent.id,
    )
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return changed
