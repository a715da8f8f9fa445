"""Versions of an employee, and what is drafted beside what is published. For a tenant's admins."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field

from shared.agents import rules as agents
from shared.agents import versions
from shared.agents.checks import AgentChanges
from shared.agents.spec import Difference, differences, differing, spec_of
from shared.agents.version_repository import Version
from shared.api.agents import AgentDetails
from shared.api.dependencies import AdminOf, LetIn
from shared.api.problems import ProblemRoute, problem_documents
from shared.models import Agent

agent_versions_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/agents/{agent_id}",
    tags=["agents"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


class VersionOut(BaseModel):
    """A version. `by` is None where nobody of the business made it."""

    n: int
    at: datetime
    by: str | None
    note: str | None
    restores: int | None
    """The older version it is again."""
    changed: list[str]
    """The fields that are otherwise than in the version before."""


class Versions(BaseModel):
    """A page, newest first; `next` is the `before` of the page behind it."""

    items: list[VersionOut]
    next: int | None


class VersionDetails(VersionOut):
    """What the employee was."""

    spec: dict[str, Any]


class LineOut(BaseModel):
    """A line in both, gone, or new."""

    model_config = ConfigDict(from_attributes=True)

    op: Literal["same", "out", "in"]
    text: str


class DifferenceOut(BaseModel):
    """A field that is not the same; `lines` are there if it is a text."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    before: Any
    after: Any
    lines: list[LineOut]


class DraftOut(BaseModel):
    """What the employee may become, and what of that is new."""

    spec: dict[str, Any]
    at: datetime
    by: str | None
    differences: list[DifferenceOut]


class Edited(BaseModel):
    """Where an employee stands: its draft, if it has one, and who edited it last."""

    revision: int
    published_version: int
    edited_by: str | None
    edited_at: datetime | None
    draft: DraftOut | None


class SaveDraft(BaseModel):
    """What shall be otherwise; what is left out stays as it is in the draft."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    role: str | None = None
    instructions: str | None = None
    model: str | None = None
    tools: list[str] | None = None
    helps_while_waiting: bool | None = None
    greeting: str | None = None
    starters: list[str] | None = None
    hours: dict[str, Any] | None = None
    revision: int | None = None
    """Only if nobody has edited it since."""

    def changes(self) -> AgentChanges:
        given = self.model_dump(exclude_unset=True, exclude={"revision"})
        # Of a model and of hours null says something; of the others that they were left out.
        said = {
            name: value
            for name, value in given.items()
            if value is not None or name in {"model", "hours"}
        }
        return cast(AgentChanges, said)


class Publish(BaseModel):
    """What it is for, and what it is built on."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(default=None, max_length=agents.MAX_NOTE_CHARS)
    revision: int | None = None
    """Only if nobody has edited it since."""


class GoBack(BaseModel):
    """What it is built on."""

    model_config = ConfigDict(extra="forbid")

    revision: int | None = None
    """Only if nobody has edited it since."""


@agent_versions_router.get("/versions")
async def list_agent_versions(
    agent_id: UUID,
    admin: AdminOf,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Versions:
    """What it was, newest first. For admins."""
    agent = await _agent(admin, agent_id)
    found = await versions.listed(admin.session, agent, before=before, limit=limit + 1)
    shown = found[:limit]
    older = [*found[1:], None]
    return Versions(
        items=[_out(each, before) for each, before in zip(shown, older, strict=False)],
        next=shown[-1].n if len(found) > limit else None,
    )


@agent_versions_router.get("/versions/{n}")
async def get_agent_version(agent_id: UUID, n: int, admin: AdminOf) -> VersionDetails:
    """One version. For admins."""
    agent = await _agent(admin, agent_id)
    version = await versions.get(admin.session, agent, n)
    before = await versions.listed(admin.session, agent, before=n, limit=1)
    out = _out(version, before[0] if before else None)
    return VersionDetails(**out.model_dump(), spec=version.spec)


@agent_versions_router.get("/versions/{n}/diff")
async def compare_agent_versions(
    agent_id: UUID, n: int, admin: AdminOf, against: int | None = None
) -> list[DifferenceOut]:
    """What version `n` has otherwise than `against`, or than the published one. For admins."""
    agent = await _agent(admin, agent_id)
    other = agent.published_version if against is None else against
    return _differences(await versions.compared(admin.session, agent, n, other))


@agent_versions_router.post("/versions/{n}/restore")
async def restore_agent_version(
    agent_id: UUID, n: int, admin: AdminOf, body: GoBack | None = None
) -> AgentDetails:
    """Be what it was in version `n`, from the next message on: as a new version. For admins."""
    agent = await versions.back_to(
        admin.session,
        admin.tenant_id,
        agent_id,
        n,
        by=admin.caller.user_id,
        revision=body.revision if body else None,
    )
    return AgentDetails.model_validate(agent)


@agent_versions_router.get("/edited")
async def get_agent_edited(agent_id: UUID, admin: AdminOf) -> Edited:
    """Whether there is a draft, what is new in it, and who edited last. For admins."""
    return await _edited(admin, await _agent(admin, agent_id))


@agent_versions_router.put("/draft")
async def save_agent_draft(agent_id: UUID, body: SaveDraft, admin: AdminOf) -> Edited:
    """Write down what it may become; nobody is answered by that. For admins."""
    await versions.save_draft(
        admin.session,
        admin.tenant_id,
        agent_id,
        body.changes(),
        by=admin.caller.user_id,
        revision=body.revision,
    )
    return await _edited(admin, await _agent(admin, agent_id))


@agent_versions_router.delete("/draft", status_code=status.HTTP_204_NO_CONTENT)
async def drop_agent_draft(agent_id: UUID, admin: AdminOf, revision: int | None = None) -> None:
    """Forget what was drafted. For admins."""
    await versions.drop_draft(
        admin.session, admin.tenant_id, agent_id, by=admin.caller.user_id, revision=revision
    )


@agent_versions_router.post("/draft/publish")
async def publish_agent_draft(
    agent_id: UUID, admin: AdminOf, body: Publish | None = None
) -> AgentDetails:
    """Answer by the draft from the next message on. For admins."""
    given = body or Publish()
    agent = await versions.publish(
        admin.session,
        admin.tenant_id,
        agent_id,
        by=admin.caller.user_id,
        note=given.note,
        revision=given.revision,
    )
    return AgentDetails.model_validate(agent)


async def _agent(admin: LetIn, agent_id: UUID) -> Agent:
    return await agents.get_agent(admin.session, admin.tenant_id, agent_id)


async def _edited(admin: LetIn, agent: Agent) -> Edited:
    draft = await versions.draft_of(admin.session, agent)
    return Edited(
        revision=agent.revision,
        published_version=agent.published_version,
        edited_by=await versions.editor_of(admin.session, agent),
        edited_at=agent.edited_at,
        draft=_draft_out(agent, draft) if draft else None,
    )


def _draft_out(agent: Agent, draft: Version) -> DraftOut:
    return DraftOut(
        spec=draft.spec,
        at=draft.at,
        by=draft.by_name,
        differences=_differences(differences(spec_of(agent), draft.spec)),
    )


def _out(version: Version, before: Version | None) -> VersionOut:
    return VersionOut(
        n=version.n,
        at=version.at,
        by=version.by_name,
        note=version.note,
        restores=version.restores,
        changed=differing(before.spec, version.spec) if before else [],
    )


def _differences(found: list[Difference]) -> list[DifferenceOut]:
    return [DifferenceOut.model_validate(each) for each in found]
