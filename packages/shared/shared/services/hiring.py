"""Hiring AI employees: the agents of a tenant.

The caller has checked that this person may hire in this tenant.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.db import PortalSession, TenantSession
from shared.errors import Conflict, NotFound
from shared.models import Agent
from shared.repositories import agents
from shared.services.names import one_line, prose

MAX_NAME_CHARS = 80
MAX_ROLE_CHARS = 160
MAX_INSTRUCTIONS_CHARS = 20_000
MAX_MODEL_CHARS = 200

Session = TenantSession | PortalSession


async def hire(
    session: Session,
    tenant_id: UUID,
    *,
    name: str,
    role: str = "",
    instructions: str = "",
    model: str | None = None,
) -> Agent:
    """A new agent, active at once. Without a model it speaks through the installation's default.

    Raises BadRequest, and Conflict for a name an agent of this tenant has, whatever its case.
    """
    name = one_line("The agent's name", name, max_chars=MAX_NAME_CHARS)
    agent = await agents.add_agent(
        session,
        tenant_id=tenant_id,
        name=name,
        role=one_line("The agent's role", role, max_chars=MAX_ROLE_CHARS, may_be_empty=True),
        instructions=prose("The instructions", instructions, max_chars=MAX_INSTRUCTIONS_CHARS),
        model=one_line("The model's name", model, max_chars=MAX_MODEL_CHARS) if model else None,
    )
    if agent is None:
        raise Conflict(
            f"An employee called '{name}' works here already. Choose another name.",
            code="name_taken",
        )
    return agent


async def find_agent(session: Session, tenant_id: UUID, name: str) -> Agent:
    """The agent of this name, whatever its case. Raises NotFound and says who there is."""
    agent = await agents.agent_by_name(session, tenant_id, name.strip())
    if agent is None:
        known = ", ".join(each.name for each in await agents.list_agents(session, tenant_id))
        raise NotFound(f"No agent is called '{name}' here. There is: {known or 'nobody yet'}.")
    return agent


async def list_agents(session: Session, tenant_id: UUID) -> Sequence[Agent]:
    """The tenant's agents, by name."""
    return await agents.list_agents(session, tenant_id)
