"""An employee is dismissed, and taken back. For a tenant's admins."""

from uuid import UUID

from fastapi import APIRouter

from shared.agents import dismissing
from shared.api.agents import AgentDetails
from shared.api.dependencies import AdminOf
from shared.api.problems import ProblemRoute, problem_documents

agent_dismissals_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/agents/{agent_id}/dismissal",
    tags=["agents"],
    route_class=ProblemRoute,
    responses=problem_documents(401, 403, 404),
)


@agent_dismissals_router.post("")
async def dismiss_agent(agent_id: UUID, admin: AdminOf) -> AgentDetails:
    """It answers nobody from the next message on; its conversations stay readable. What comes in on
    its accounts on other platforms is kept, and answered by nobody until another employee is chosen
    there."""
    by = admin.caller.user_id
    agent = await dismissing.dismiss(admin.session, admin.tenant_id, agent_id, by=by)
    return AgentDetails.model_validate(agent)


@agent_dismissals_router.delete("")
async def take_agent_back(agent_id: UUID, admin: AdminOf) -> AgentDetails:
    """It works here again, and is paused until its status is `active`."""
    by = admin.caller.user_id
    agent = await dismissing.take_back(admin.session, admin.tenant_id, agent_id, by=by)
    return AgentDetails.model_validate(agent)
