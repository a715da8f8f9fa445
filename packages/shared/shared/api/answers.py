"""Why an answer says what it says, and what answers from knowledge must keep to."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.agents.rules import get_agent
from shared.api.dependencies import AdminOf, StaffAdminOf
from shared.api.problems import ProblemRoute, problem_documents
from shared.errors import Forbidden
from shared.grounding import rules, tracing
from shared.identity.roles import PLATFORM_ADMIN

answers_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}",
    tags=["answers"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404),
)


class PassageOut(BaseModel):
    """What the answer could be made from: a piece of a document, and how well it fitted."""

    n: int
    document_id: UUID
    version: int
    title: str
    heading: str = ""
    page: int | None = None
    start: int
    end: int
    score: float
    excerpt: str
    """How it begins."""


class StepOut(BaseModel):
    """A call of a tool on the way."""

    model_config = ConfigDict(from_attributes=True)

    n: int
    tool: str
    state: str


class TraceOut(BaseModel):
    """How one answer came about. `way` is `model`, `quoted` (the practice model quotes) or
    `not_known` (nothing supported an answer); null for an answer without knowledge."""

    model_config = ConfigDict(from_attributes=True)

    message_id: UUID
    created_at: datetime
    status: str
    way: str | None = None
    supported: bool | None = None
    whole: bool | None = None
    """All that the employee knows was given, since it is little."""
    passages: list[PassageOut]
    cited: list[int]
    steps: list[StepOut]
    agent_version: int | None = None
    model: str | None = None
    """Null for the installation's, where no knowledge was read, and where no model was asked."""
    attempt: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    took_ms: dict[str, int]
    """`queued`, `find`, `model`; `whole` is from the question's arrival to the answer's."""


class AnsweringRules(BaseModel):
    """What an employee's answers from knowledge keep to."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    requires_source: bool = True
    """What no source supports is not answered: it says so, and a person is called."""
    link_hosts: list[str] = Field(default_factory=list, max_length=rules.MOST_HOSTS)
    """To which an answer may link, beside its sources' own."""


@answers_router.get("/messages/{message_id}/trace")
async def trace_answer(message_id: UUID, admin: StaffAdminOf) -> TraceOut:
    """Why an employee said that: what it had found, what it used, and how long it took. For the
    business's own admins."""
    if admin.role == PLATFORM_ADMIN:
        raise Forbidden("What a business's employees know is for its own people alone to see.")
    found = await tracing.trace_of(admin.session, admin.tenant_id, message_id)
    return TraceOut.model_validate(found)


@answers_router.get("/agents/{agent_id}/answering")
async def get_answering_rules(agent_id: UUID, admin: AdminOf) -> AnsweringRules:
    """What this employee's answers keep to. For admins."""
    await get_agent(admin.session, admin.tenant_id, agent_id)
    found = await rules.rules_of(admin.session, admin.tenant_id, agent_id)
    return AnsweringRules.model_validate(found)


@answers_router.put("/agents/{agent_id}/answering")
async def change_answering_rules(
    agent_id: UUID, body: AnsweringRules, admin: AdminOf
) -> AnsweringRules:
    """What they keep to from the next answer on. For admins."""
    await get_agent(admin.session, admin.tenant_id, agent_id)
    wanted = rules.Rules(body.requires_source, tuple(body.link_hosts))
    changed = await rules.change_rules(admin.session, admin.tenant_id, agent_id, wanted)
    return AnsweringRules.model_validate(changed)
