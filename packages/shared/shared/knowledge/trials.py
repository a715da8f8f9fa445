"""Trying a question out on an employee: asked here, answered by a worker, in no conversation.

The question lies in a row of its own, since a job holds ids and no text. Nobody outside the
business is told anything, and it is forgotten after a day.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from shared.agents.rules import get_agent
from shared.db import TenantSession
from shared.errors import BadRequest, Conflict, NotFound, Unavailable
from shared.jobs import queue
from shared.jobs.kinds import KNOWLEDGE_ASK
from shared.jobs.waiting import done_within
from shared.knowledge import trial_repository
from shared.knowledge.limits import MAX_QUESTION_CHARS
from shared.models import KnowledgeTrial
from shared.plain_text import prose
from shared.tenants import quotas

WITHIN_S = 90.0


@dataclass(frozen=True, slots=True)
class Answered:
    """`knows` is false where nothing that the employee was given says anything about it."""

    answer: str
    knows: bool
    citations: list[dict[str, Any]]


async def ask(tenant_id: UUID, agent_id: UUID, question: str) -> Answered:
    """What the employee would answer. Whole transactions of its own; none is open meanwhile.

    It counts as a message of the business. Raises BadRequest, TooMany, NotFound, Conflict with a
    sentence if the model fails, and Unavailable if no worker answers.
    """
    question = prose("The question", question, max_chars=MAX_QUESTION_CHARS)
    if not question:
        raise BadRequest("The question is empty. Write what a customer would ask.")
    await quotas.require_room_for_message(tenant_id)
    trial_id = uuid4()
    async with TenantSession(tenant_id) as session, session.transaction():
        await get_agent(session, tenant_id, agent_id)
        session.add(
            KnowledgeTrial(id=trial_id, tenant_id=tenant_id, agent_id=agent_id, question=question)
        )
        await session.flush()
        job_id = await queue.add(
            session,
            tenant_id=tenant_id,
            kind=KNOWLEDGE_ASK,
            subject=str(trial_id),
            unique_key=f"{KNOWLEDGE_ASK}:{trial_id}",
        )
    job = await done_within(tenant_id, job_id, WITHIN_S)
    if job is None:
        raise Unavailable("Nobody has answered yet. Ask again in a moment.")
    if job.state != "done":
        said = job.result or {}
        raise Conflict(said.get("message") or "It could not be answered.", code=said.get("code"))
    trial = await trial_of(tenant_id, trial_id)
    return Answered(trial.answer or "", trial.knows, trial.citations)


async def trial_of(tenant_id: UUID, trial_id: UUID) -> KnowledgeTrial:
    """Raises NotFound."""
    async with TenantSession(tenant_id) as session, session.transaction():
        found = await trial_repository.trial_by_id(session, tenant_id, trial_id)
    if found is None:
        raise NotFound("This question is not there any more.")
    return found


async def answered(tenant_id: UUID, trial_id: UUID, answer: Answered) -> None:
    """What the employee said, as far as the question is still there."""
    async with TenantSession(tenant_id) as session, session.transaction():
        await trial_repository.keep_answer(
            session,
            tenant_id,
            trial_id,
            answer=answer.answer,
            knows=answer.knows,
            citations=answer.citations,
        )
