"""A tenant's AI employees: seen by its members, hired and changed by its admins."""

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict, Field

from shared.agents import rules as hiring
from shared.agents.checks import AgentChanges, AgentStatus
from shared.api.dependencies import Asked, MemberOf, admin_asks
from shared.api.problems import problems
from shared.config import settings
from shared.identity.roles import MAY_ADMINISTER

agents_router = APIRouter(
    prefix="/api/portal/agents", tags=["agents"], responses=problems(401, 403)
)


class AgentOut(BaseModel):
    """An agent as everyone in its tenant may see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    tenant_id: UUID
    name: str
    role: str
    status: AgentStatus
    paused_notice: str | None = None
    """What the business says to people while the agent is paused."""
    dismissed_at: datetime | None = None
    """Since when it works here no more. It is paused, then."""
    greeting: str
    """What it says before anybody has asked."""
    starters: list[str]
    """Questions that are offered to whoever has not asked yet."""
    practice: bool = Field(default_factory=lambda: settings.model.practice)
    """Whether the practice model of `konstruct up` answers, which only shows the way."""


class AgentDetails(AgentOut):
    """An agent as those see it who tell it how to work."""

    instructions: str
    model: str | None
    """None is the installation's default."""
    tools: list[str]
    """Names of what it can do beside talking."""
    helps_while_waiting: bool = Field(default_factory=bool)
    """Whether it goes on answering while its conversation waits for a colleague."""
    hours: dict[str, Any] | None
    """Its own; None are the business's."""
    published_version: int
    revision: int
    """To be sent with an edit, which is refused if somebody has edited it since."""


class HireAgent(BaseModel):
    """Whom to hire."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID
    name: str
    role: str = ""
    instructions: str = ""
    model: str | None = None
    greeting: Annotated[str, Field(default_factory=str)]
    starters: Annotated[list[str], Field(default_factory=list)]


# What is left out stays, which is not the same as null; so these have no default to be shown.
_Text = Annotated[str, Field(default_factory=str)]
_Model = Annotated[str | None, Field(default_factory=lambda: None)]
_Status = Annotated[AgentStatus, Field(default_factory=lambda: "active")]
_Tools = Annotated[list[str], Field(default_factory=list)]
_Helps = Annotated[bool, Field(default_factory=bool)]
_Starters = Annotated[list[str], Field(default_factory=list)]
_Hours = Annotated[dict[str, Any] | None, Field(default_factory=lambda: None)]
_Notice = Annotated[str | None, Field(default_factory=lambda: None)]


class ChangeAgent(BaseModel):
    """What shall be otherwise. A `model` of null is the installation's default; `tools` are all it
    has from then on."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID
    name: _Text
    role: _Text
    instructions: _Text
    model: _Model
    status: _Status
    paused_notice: _Notice
    tools: _Tools
    helps_while_waiting: _Helps
    greeting: _Text
    starters: _Starters
    hours: _Hours
    note: str | None = Field(default=None, max_length=hiring.MAX_NOTE_CHARS)
    """Why, for who looks at its versions."""
    revision: int | None = None
    """Only if nobody has edited it since."""

    def changes(self) -> AgentChanges:
        given = self.model_dump(exclude_unset=True, exclude={"tenant_id", "note", "revision"})
        return cast(AgentChanges, given)


@agents_router.get("")
async def list_agents(member: MemberOf) -> list[AgentOut]:
    """The tenant's agents, by name. Not a member: 403."""
    found = await hiring.list_agents(member.session, member.tenant_id)
    return [AgentOut.model_validate(agent) for agent in found]


@agents_router.get("/{agent_id}", responses=problems(404))
async def get_agent(agent_id: UUID, member: MemberOf) -> AgentDetails | AgentOut:
    """One agent; an admin of the tenant also sees its instructions and model."""
    agent = await hiring.get_agent(member.session, member.tenant_id, agent_id)
    if member.role in MAY_ADMINISTER:
        return AgentDetails.model_validate(agent)
    return AgentOut.model_validate(agent)


@agents_router.post("", status_code=status.HTTP_201_CREATED, responses=problems(400, 404, 409))
async def hire_agent(
    admin: Annotated[Asked[HireAgent], Depends(admin_asks(HireAgent))],
) -> AgentDetails:
    """Hire an agent, who is at work at once. For admins of the tenant."""
    body = admin.body
    agent = await hiring.hire(
        admin.session,
        admin.tenant_id,
        name=body.name,
        role=body.role,
        instructions=body.instructions,
        model=body.model,
        greeting=body.greeting,
        starters=body.starters,
        by=admin.caller.user_id,
    )
    return AgentDetails.model_validate(agent)


@agents_router.patch("/{agent_id}", responses=problems(400, 404, 409))
async def change_agent(
    agent_id: UUID, admin: Annotated[Asked[ChangeAgent], Depends(admin_asks(ChangeAgent))]
) -> AgentDetails:
    """Change an agent from the next message on, and keep what it was. For admins of the tenant."""
    body = admin.body
    agent = await hiring.change_agent(
        admin.session,
        admin.tenant_id,
        agent_id,
        body.changes(),
        by=admin.caller.user_id,
        note=body.note,
        revision=body.revision,
    )
    return AgentDetails.model_validate(agent)
