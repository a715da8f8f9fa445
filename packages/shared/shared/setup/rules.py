"""Drafts an employee from what was read, hires it, and tries it with ten questions.

Nothing of the way is kept beside what it makes: sources, an employee, its test questions. So it can
be left and gone on with at any point, by whoever may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.agents import rules as agents
from shared.db import WithinTenant
from shared.errors import BadRequest
from shared.knowledge import sources
from shared.knowledge.outline import topics
from shared.knowledge.search import find
from shared.models import Agent
from shared.setup import drafting
from shared.templates import hiring, shelf
from shared.templates.shelf import Shipped

MOST_QUESTIONS = 20
QUOTE_CHARS = 240
PAGE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """Who it could be. `tone` is how the template has it."""

    template: str
    locale: str
    name: str
    role: str
    tone: str
    languages: list[str]
    starters: list[str]
    questions: list[str]


@dataclass(frozen=True, slots=True)
class Tried:
    """A question, and whether a source supports an answer; if so the best one, quoted."""

    question: str
    known: bool
    title: str | None = None
    quote: str | None = None


async def draft(session: WithinTenant, tenant_id: UUID, *, template: str, locale: str) -> Draft:
    """From the template, and the headings of what is read so far. Makes nothing."""
    shipped = shelf.get(template, locale)
    found = await topics(session, tenant_id)
    asked = drafting.questions(found, locale, [test.question for test in _answered(shipped)])
    return Draft(
        template=shipped.id,
        locale=shipped.template.locale,
        name=shipped.template.name,
        role=shipped.template.role,
        tone=next((v.default or "" for v in shipped.template.variables if v.name == "tone"), ""),
        languages=drafting.languages(found) or [shipped.template.locale],
        starters=asked[: drafting.STARTERS],
        questions=asked,
    )


async def employ(
    session: WithinTenant,
    tenant_id: UUID,
    drafted: Draft,
    *,
    company: str,
    by: UUID | None,
) -> Agent:
    """Hire whom the draft says, with its questions, and let it read all there is. Raises as
    `hiring.hire` does."""
    shipped = shelf.get(drafted.template, drafted.locale)
    planned = await hiring.plan(
        session, tenant_id, shipped.template, {"company": company}, name=drafted.name
    )
    planned.require()
    tests = [{"question": each} for each in drafted.questions]
    employee = planned.employee | {
        "role": drafted.role,
        "starters": drafted.starters,
        "about": planned.employee["about"] | {"tests": tests},
    }
    agent = await agents.hire(session, tenant_id, by=by, **employee)
    await let_read_all(session, tenant_id, agent.id)
    return agent


async def let_read_all(session: WithinTenant, tenant_id: UUID, agent_id: UUID) -> None:
    """The newest sources, as many as a page has; who gave more grants them one by one."""
    for each in await sources.list_sources(session, tenant_id, limit=PAGE):
        if agent_id not in each.agent_ids:
            await sources.grant(session, tenant_id, agent_id, each.source.id)


def questions_of(agent: Agent) -> list[str]:
    """Those it is tried with. Raises BadRequest if it has none."""
    tests: list[dict[str, Any]] = agent.about.get("tests", [])
    asked = [test["question"] for test in tests if test.get("expect", "answer") == "answer"]
    if not asked:
        raise BadRequest(f"{agent.name} has no questions to be tried with.")
    return asked[:MOST_QUESTIONS]


async def tried(tenant_id: UUID, agent_id: UUID, questions: Sequence[str]) -> list[Tried]:
    """Each question looked for in what the employee may read, as an answer would. Transactions of
    their own."""
    return [await _try(tenant_id, agent_id, question) for question in questions]


async def _try(tenant_id: UUID, agent_id: UUID, question: str) -> Tried:
    found = await find(tenant_id, agent_id, question, limit=1)
    best = max(found.passages, key=lambda passage: passage.score, default=None)
    if not found.supported or best is None:
        return Tried(question, known=False)
    return Tried(question, known=True, title=best.title, quote=best.text[:QUOTE_CHARS])


def _answered(shipped: Shipped) -> list[Any]:
    return [test for test in shipped.template.tests if test.expect == "answer"]
