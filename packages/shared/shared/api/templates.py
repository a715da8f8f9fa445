"""Templates of employees: those that come along, one's own file, and an employee as a file."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from shared.agents import rules as agents
from shared.agents.spec import spec_of
from shared.api.agents import AgentDetails
from shared.api.dependencies import AdminOf, IdempotencyKey
from shared.api.problems import ProblemRoute, problem_documents
from shared.errors import BadRequest, NotFound
from shared.templates import documents, exporting, hiring, shelf
from shared.templates.format import Template
from shared.templates.problems import TemplateRefused
from shared.templates.reading import read

templates_router = APIRouter(
    prefix="/api/portal",
    tags=["templates"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


class VariableOut(BaseModel):
    """What is asked when somebody is hired."""

    name: str
    label: str
    help: str
    type: Literal["text", "long_text", "choice", "number", "email", "phone", "url"]
    default: str | None
    choices: list[str]


class ExampleOut(BaseModel):
    """A question, and a good answer to it."""

    question: str
    answer: str


class TemplateOut(BaseModel):
    """A template as a gallery shows it."""

    id: str
    locale: str
    name: str
    role: str
    summary: str
    icon: str | None
    greeting: str
    starters: list[str]
    variables: list[VariableOut]
    examples: list[ExampleOut]

    @classmethod
    def of(cls, id_: str, template: Template) -> "TemplateOut":
        return cls(id=id_, **template.model_dump(include=set(cls.model_fields) - {"id"}))


class Templates(BaseModel):
    """All that come along."""

    items: list[TemplateOut]
    next: None = None


class ByTemplate(BaseModel):
    """Which template, and what it asks. Either the `id` of one that comes along, in a language, or
    a file's text as `source`, in YAML or JSON."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(default=None, max_length=80)
    locale: str = Field(default="en", max_length=12)
    source: str | None = Field(default=None, max_length=documents.MAX_BYTES)
    values: dict[str, Annotated[str, Field(max_length=2_000)]] = Field(
        default_factory=dict, max_length=50
    )
    name: str | None = Field(default=None, max_length=200)
    """What the employee is called, if not as the template says."""


class Exported(BaseModel):
    """The file's text, in YAML; what `source` takes."""

    source: str


class ProblemOut(BaseModel):
    """What is wrong, and where: `values.company`, or `variables.2.default`."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    sentence: str


class MissingOut(BaseModel):
    """What the template wishes for and this business has to give."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["tool", "knowledge", "channel", "model"]
    name: str
    why: str


class PlanOut(BaseModel):
    """What hiring would do. `template` and `employee` are there as far as it could be read."""

    problems: list[ProblemOut]
    missing: list[MissingOut]
    template: TemplateOut | None
    employee: dict[str, Any] | None


@templates_router.get("/templates/schema", include_in_schema=False)
async def get_template_schema() -> Response:
    """The JSON Schema of `konstruct.agent/v1`. For everybody."""
    return Response(shelf.schema(), media_type="application/schema+json")


@templates_router.get("/tenants/{tenant_id}/templates")
async def list_templates(
    admin: AdminOf,  # noqa: ARG001
    locale: Annotated[str, Query(max_length=12)] = "en",
) -> Templates:
    """Those that come along, in this language where there is one. For admins."""
    found = shelf.shipped(locale)
    return Templates(items=[TemplateOut.of(each.id, each.template) for each in found])


@templates_router.post("/tenants/{tenant_id}/templates/plan")
async def plan_by_template(body: ByTemplate, admin: AdminOf) -> PlanOut:
    """What hiring by this would do, with all that is wrong and all that is missing. Makes nothing.
    For admins."""
    try:
        template = await _template(body)
    except TemplateRefused as refused:
        return PlanOut(
            problems=[ProblemOut.model_validate(each) for each in refused.problems],
            missing=[],
            template=None,
            employee=None,
        )
    plan = await hiring.plan(admin.session, admin.tenant_id, template, body.values, name=body.name)
    return PlanOut(
        problems=[ProblemOut.model_validate(each) for each in plan.problems],
        missing=[MissingOut.model_validate(each) for each in plan.missing],
        template=TemplateOut.of(body.id or "", template),
        employee=plan.employee,
    )


@templates_router.post("/tenants/{tenant_id}/templates/hire", status_code=status.HTTP_201_CREATED)
async def hire_by_template(
    body: ByTemplate, admin: AdminOf, idempotency_key: IdempotencyKey = None
) -> AgentDetails:
    """Hire by a template; nothing is made if anything is wrong. The same Idempotency-Key again is
    the same employee. For admins."""
    template = await _template(body)
    agent_id = (
        uuid5(NAMESPACE_URL, f"{admin.tenant_id}/hire/{idempotency_key}")
        if idempotency_key
        else None
    )
    if agent_id is not None:
        try:
            known = await agents.get_agent(admin.session, admin.tenant_id, agent_id)
            return AgentDetails.model_validate(known)
        except NotFound:
            pass  # the first time
    agent = await hiring.hire(
        admin.session,
        admin.tenant_id,
        template,
        body.values,
        name=body.name,
        by=admin.caller.user_id,
        agent_id=agent_id,
    )
    return AgentDetails.model_validate(agent)


@templates_router.get("/tenants/{tenant_id}/agents/{agent_id}/template")
async def export_agent(agent_id: UUID, admin: AdminOf) -> Exported:
    """The employee as a template, without keys, ids and people. For admins."""
    agent = await agents.get_agent(admin.session, admin.tenant_id, agent_id)
    return Exported(source=exporting.exported(spec_of(agent)))


async def _template(body: ByTemplate) -> Template:
    if (body.id is None) == (body.source is None):
        raise BadRequest("Give either the `id` of a template or a `source`.")
    if body.source is not None:
        return await asyncio.to_thread(read, body.source)  # milliseconds of CPU
    return shelf.get(body.id or "", body.locale).template
