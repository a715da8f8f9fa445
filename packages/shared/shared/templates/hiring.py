"""Hiring by a template: planned first, with all that is wrong and all that is missing; then done.

Nothing is made of a plan with problems. What is missing here (a tool, knowledge, a channel) hinders
nobody: the employee begins without it, and the plan says what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from uuid import UUID

from shared.agents import rules as agents
from shared.agents.checks import AgentChanges
from shared.agents.checks import checked as checked_field
from shared.agents.tools import tool_names
from shared.db import AnySession
from shared.errors import BadRequest
from shared.models import Agent
from shared.templates import variables
from shared.templates.format import KEPT_ASIDE, Template
from shared.templates.problems import Problem, TemplateRefused

FIELDS = ("name", "role", "greeting", "starters", "instructions", "helps_while_waiting", "hours")


@dataclass(frozen=True, slots=True)
class Missing:
    """What the template wishes for and an admin has to give."""

    kind: Literal["tool", "knowledge", "channel", "model"]
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom it would be, what is wrong, what is missing."""

    employee: dict[str, Any]
    """The agent's fields, variables filled in."""
    problems: list[Problem] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    name_is_taken: bool = False

    def require(self) -> None:
        """Raise TemplateRefused with all that is wrong. A taken name is left to hiring, which says
        so with a code of its own."""
        if len(self.problems) > self.name_is_taken:
            raise TemplateRefused(self.problems)


async def plan(
    session: AnySession,
    tenant_id: UUID,
    template: Template,
    values: Mapping[str, str],
    *,
    name: str | None = None,
) -> Plan:
    """What hiring by this template would do. Makes nothing."""
    stands_for, problems = variables.answered(template.variables, values)
    document = variables.filled(template.model_dump(exclude_none=True), stands_for)
    employee = {field: document[field] for field in FIELDS if field in document}
    employee["name"] = name or employee["name"]
    known = tool_names()
    employee["tools"] = [tool for tool in template.tools if tool in known]
    employee["about"] = {field: document[field] for field in KEPT_ASIDE if document.get(field)}
    problems += _wrong_fields(employee)
    named = not any(problem.path == "name" for problem in problems)
    taken = named and await agents.find_by_name(session, tenant_id, employee["name"]) is not None
    if taken:
        problems.append(
            Problem("name", f"“{employee['name']}” works here already. Choose another name.")
        )
    return Plan(employee, problems, list(_missing(template, document, known)), taken)


async def hire(
    session: AnySession,
    tenant_id: UUID,
    template: Template,
    values: Mapping[str, str],
    *,
    name: str | None = None,
    by: UUID | None = None,
    agent_id: UUID | None = None,
) -> Agent:
    """The new employee. Raises TemplateRefused with all problems, and Conflict if somebody of that
    name works there."""
    planned = await plan(session, tenant_id, template, values, name=name)
    planned.require()
    return await agents.hire(session, tenant_id, by=by, agent_id=agent_id, **planned.employee)


def _wrong_fields(employee: dict[str, Any]) -> list[Problem]:
    """What could not be stored, each field by itself, so that all are told."""
    problems = []
    for name, value in employee.items():
        try:
            checked_field(cast(AgentChanges, {name: value}))
        except BadRequest as error:
            problems.append(Problem(name, error.message))
    return problems


def _missing(template: Template, document: dict[str, Any], known: tuple[str, ...]) -> list[Missing]:
    found = [Missing("tool", tool) for tool in template.tools if tool not in known]
    found += [
        Missing("knowledge", wish["title"], wish["why"]) for wish in document.get("knowledge", [])
    ]
    found += [Missing("channel", channel) for channel in template.channels]
    if template.model:
        found.append(Missing("model", template.model.wants, template.model.at_least))
    return found
