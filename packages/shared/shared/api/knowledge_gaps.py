"""What people asked and no source answered; answered here, it is known from then on."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.api.dependencies import LetIn, StaffOf
from shared.api.knowledge_shapes import Agents, AnsweredOut
from shared.api.problems import ProblemRoute, problem_documents
from shared.errors import Forbidden
from shared.identity.roles import PLATFORM_ADMIN
from shared.knowledge import gaps as unanswered
from shared.knowledge import teaching
from shared.knowledge.limits import MAX_ANSWER_CHARS, MAX_QUESTION_CHARS

knowledge_gaps_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/knowledge/gaps",
    tags=["knowledge"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)

Questions = Annotated[list[UUID], Field(min_length=1, max_length=2_000)]


class GapOut(BaseModel):
    """The same question, however it was put. `question` is the way most like the others."""

    model_config = ConfigDict(from_attributes=True)

    agent_id: UUID
    question: str
    answer: str
    """What the employee said to that, the last time."""
    people: int
    times: int
    last_asked: datetime
    question_ids: list[UUID]
    """To answer or to dismiss them."""
    others: list[str]
    """Other ways it was put."""


class Gaps(BaseModel):
    """Those of the last 30 days, what most people asked first."""

    items: list[GapOut]
    next: str | None = None


class AnswerGap(BaseModel):
    """What shall be answered. Without `agent_ids`, the employee who was asked knows it."""

    model_config = ConfigDict(extra="forbid")

    question_ids: Questions
    agent_id: UUID
    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)
    answer: str = Field(min_length=1, max_length=MAX_ANSWER_CHARS)
    agent_ids: Agents | None = None


class Dismiss(BaseModel):
    """Questions that need no answer."""

    model_config = ConfigDict(extra="forbid")

    question_ids: Questions


class TaughtOut(BaseModel):
    """The source that was made, and what the employee says to the question now; null if it could
    not be asked yet. `closed` says that the gap is none any more."""

    source_id: UUID
    tried: AnsweredOut | None
    closed: bool


class Dismissed(BaseModel):
    """How many questions were open."""

    questions: int


@knowledge_gaps_router.get("")
async def list_gaps(staff: StaffOf, agent_id: UUID | None = None) -> Gaps:
    """What people asked in the last 30 days and no source answered. For members of the business."""
    _not_for_the_platform(staff)
    found = await unanswered.gaps(staff.session, staff.tenant_id, agent_id=agent_id)
    return Gaps(items=[GapOut.model_validate(each) for each in found])


@knowledge_gaps_router.post("/answer")
async def answer_gap(body: AnswerGap, staff: StaffOf) -> TaughtOut:
    """Type the answer: it becomes knowledge, and the employee is asked at once. If the answer then
    has a source, the gap is closed. For members of the business."""
    _not_for_the_platform(staff)
    await staff.session.commit()  # what follows waits for workers
    taught = await teaching.teach(
        staff.tenant_id,
        body.agent_id,
        question=body.question,
        answer=body.answer,
        agent_ids=body.agent_ids or [body.agent_id],
    )
    if taught.is_known:
        await unanswered.close(staff.session, staff.tenant_id, body.question_ids)
    return TaughtOut(
        source_id=taught.source_id,
        tried=AnsweredOut.of(taught.tried) if taught.tried else None,
        closed=taught.is_known,
    )


@knowledge_gaps_router.post("/dismiss")
async def dismiss_gap(body: Dismiss, staff: StaffOf) -> Dismissed:
    """Take it from the list. For members of the business."""
    _not_for_the_platform(staff)
    closed = await unanswered.close(staff.session, staff.tenant_id, body.question_ids)
    return Dismissed(questions=closed)


def _not_for_the_platform(staff: LetIn) -> None:
    if staff.role == PLATFORM_ADMIN:
        raise Forbidden("What people asked a business is its own people's to see.")
