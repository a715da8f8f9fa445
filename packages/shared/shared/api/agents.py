"""A tenant's AI employees."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shared.api.rbac import Caller, RequestSession, require_tenant_member
from shared.repositories import agents

agents_router = APIRouter(prefix="/api/portal/agents", tags=["agents"])


class AgentOut(BaseModel):
    """An agent as everyone in its tenant may see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    tenant_id: UUID
    name: str
    role: str
    status: Literal["active", "paused"]


@agents_router.get("")
async def list_agents(tenant_id: UUID, caller: Caller, session: RequestSession) -> list[AgentOut]:
    """The tenant's agents, by name. Not a member: 403."""
    await require_tenant_member(tenant_id, caller, session)
    return [AgentOut.model_validate(a) for a in await agents.list_agents(session, tenant_id)]
