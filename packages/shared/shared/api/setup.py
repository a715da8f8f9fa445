"""The first run: an employee drafted from what was read, hired, tried. For a tenant's admins."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from shared.agents import rules as agents
from shared.api.agents import AgentDetails
from shared.api.dependencies import AdminOf
from shared.api.problems import ProblemRoute, problem_documents
from shared.setup import rules as setup

setup_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/setup",
    tags=["setup"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)

Locale = Literal["en", "es", "pt"]
Questions = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=120)]],
    Field(max_length=setup.MOST_QUESTIONS),
]


class AskDraft(BaseModel):
    """By which template, in which language."""

    model_config = ConfigDict(extra="forbid")

    template: str = Field(max_length=80)
    locale: Locale = "en"


class DraftedEmployee(BaseModel):
    """Who it could be; the three opening questions and the ten to try come from the headings of
    what was read."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    template: str = Field(max_length=80)
    locale: Locale
    name: str = Field(max_length=200)
    role: str = Field(max_length=200)
    tone: str = ""
    languages: list[str] = Field(default_factory=list)
    starters: Questions
    questions: Questions


class HireDrafted(DraftedEmployee):
    """The draft as it was changed, and what the business calls itself."""

    company: str = Field(min_length=1, max_length=200)


class Try(BaseModel):
    """Who is tried. Without questions, with its own."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UUID
    questions: Questions | None = None


class TriedOut(BaseModel):
    """A question, and the source that supports an answer."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    known: bool
    title: str | None
    quote: str | None


class TriedAll(BaseModel):
    """How many of them are known, and each."""

    known: int
    items: list[TriedOut]
    next: None = None


@setup_router.post("/draft")
async def draft_employee(body: AskDraft, admin: AdminOf) -> DraftedEmployee:
    """Who could answer, from a template and what is read so far. Makes nothing. For admins."""
    drafted = await setup.draft(
        admin.session, admin.tenant_id, template=body.template, locale=body.locale
    )
    return DraftedEmployee.model_validate(drafted)


@setup_router.post("/employee", status_code=status.HTTP_201_CREATED)
async def hire_drafted_employee(body: HireDrafted, admin: AdminOf) -> AgentDetails:
    """Hire whom the draft says, and let them read all that there is. For admins."""
    agent = await setup.employ(
        admin.session,
        admin.tenant_id,
        setup.Draft(**body.model_dump(exclude={"company"})),
        company=body.company,
        by=admin.caller.user_id,
    )
    return AgentDetails.model_validate(agent)


@setup_router.post("/try")
async def try_employee(body: Try, admin: AdminOf) -> TriedAll:
    """Look for each question in what the employee may read, as an answer would. For admins."""
    agent = await agents.get_agent(admin.session, admin.tenant_id, body.agent_id)
    asked = body.questions or setup.questions_of(agent)
    await admin.session.commit()  # what follows are transactions of their own
    found = await setup.tried(admin.tenant_id, body.agent_id, asked)
    return TriedAll(
        known=sum(each.known for each in found),
        items=[TriedOut.model_validate(each) for each in found],
    )
