"""Hiring AI employees and telling them how to work: the agents of a tenant.

The caller has checked that this person may do so in this tenant. What is changed holds from the
next message on: whoever answers reads the agent when it takes the message.
"""

from collections.abc import Sequence
from typing import Literal, TypedDict
from uuid import UUID

from shared.agents import repository
from shared.config import settings
from shared.db import AnySession
from shared.errors import BadRequest, Conflict, NotFound
from shared.model_tokens import tokens_of
from shared.models import Agent
from shared.plain_text import model_name, one_line, prose

MAX_NAME_CHARS = 80
MAX_ROLE_CHARS = 160
MAX_INSTRUCTIONS_CHARS = 20_000
MAX_NOTICE_CHARS = 200
SHARE_OF_INSTRUCTIONS = 7 / 8
"""Of what a model may be told at once; the rest is for the conversation."""

AgentStatus = Literal["active", "paused"]


class AgentChanges(TypedDict, total=False):
    """What shall be otherwise; the rest stays. No `model` is the installation's default."""

    name: str
    role: str
    instructions: str
    model: str | None
    status: AgentStatus
    paused_notice: str | None
    """What people see while the agent is paused; None for nothing more than that it is."""


async def hire(
    session: AnySession,
    tenant_id: UUID,
    *,
    name: str,
    role: str = "",
    instructions: str = "",
    model: str | None = None,
) -> Agent:
    """A new agent, active at once. Without a model it speaks through the installation's default.

    Raises BadRequest, and Conflict for a name an agent of this tenant has, however it is spelled.
    """
    values = _checked({"name": name, "role": role, "instructions": instructions, "model": model})
    await _require_free_name(session, tenant_id, values["name"])
    agent = await repository.add_agent(
        session,
        tenant_id=tenant_id,
        name=values["name"],
        role=values["role"],
        instructions=values["instructions"],
        model=values["model"],
    )
    if agent is None:
        raise _name_taken(values["name"])
    return agent


async def ensure_agent(
    session: AnySession, tenant_id: UUID, *, name: str, role: str, instructions: str
) -> None:
    """Hire them unless the tenant has an agent of this name, who then stays as they are."""
    values = _checked({"name": name, "role": role, "instructions": instructions})
    await repository.add_agent(
        session,
        tenant_id=tenant_id,
        name=values["name"],
        role=values["role"],
        instructions=values["instructions"],
        model=None,
    )


async def change_agent(
    session: AnySession, tenant_id: UUID, agent_id: UUID, changes: AgentChanges
) -> Agent:
    """The agent as it is from now on.

    Raises BadRequest, NotFound, and Conflict for a name another agent of this tenant has.
    """
    if not changes:
        raise BadRequest("There is nothing to change. Give at least one field.")
    values = _checked(changes)
    await get_agent(session, tenant_id, agent_id)
    if "name" in values:
        await _require_free_name(session, tenant_id, values["name"], but_for=agent_id)
    agent = await repository.change_agent(session, tenant_id, agent_id, values)
    if agent is None:
        raise _name_taken(values["name"])
    return agent


async def get_agent(session: AnySession, tenant_id: UUID, agent_id: UUID) -> Agent:
    """Raises NotFound, for another tenant's agent too."""
    agent = await repository.agent_by_id(session, tenant_id, agent_id)
    if agent is None:
        raise NotFound("There is no such agent in this tenant.")
    return agent


async def find_by_name(session: AnySession, tenant_id: UUID, name: str) -> Agent | None:
    """None if the tenant has no agent of this name."""
    return await repository.agent_by_name(session, tenant_id, name)


async def list_agents(session: AnySession, tenant_id: UUID) -> Sequence[Agent]:
    """The tenant's agents, by name."""
    return await repository.list_agents(session, tenant_id)


async def _require_free_name(
    session: AnySession, tenant_id: UUID, name: str, *, but_for: UUID | None = None
) -> None:
    """Two who ask at once come one after the other. The database's own index knows case alone."""
    await repository.lock_names(session, tenant_id)
    holder = await repository.agent_by_name(session, tenant_id, name)
    if holder is not None and holder.id != but_for:
        raise _name_taken(name)


def _checked(changes: AgentChanges) -> AgentChanges:
    """As they are stored. Raises BadRequest."""
    checked = changes.copy()
    if "name" in checked:
        checked["name"] = one_line("The agent's name", checked["name"], max_chars=MAX_NAME_CHARS)
    if "role" in checked:
        checked["role"] = one_line(
            "The agent's role", checked["role"], max_chars=MAX_ROLE_CHARS, may_be_empty=True
        )
    if "instructions" in checked:
        checked["instructions"] = prose(
            "The instructions", checked["instructions"], max_chars=MAX_INSTRUCTIONS_CHARS
        )
        _require_room_for_talk(checked["instructions"])
    if "model" in checked:
        checked["model"] = model_name(checked["model"]) if checked["model"] else None
    if "paused_notice" in checked:
        notice = one_line(
            "What people see meanwhile",
            checked["paused_notice"] or "",
            max_chars=MAX_NOTICE_CHARS,
            may_be_empty=True,
        )
        checked["paused_notice"] = notice or None
    return checked


def _require_room_for_talk(instructions: str) -> None:
    """What a model cannot read together with a message must not be said before each."""
    room = settings.model.context_tokens - settings.model.max_answer_tokens
    most = max(0, round(room * SHARE_OF_INSTRUCTIONS))
    tokens = tokens_of(instructions)
    if instructions and tokens > most:
        raise BadRequest(
            f"The instructions are about {tokens} tokens long to a language model; at most {most} "
            "leave it room for the conversation. Shorten them."
        )


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"An employee called '{name}' works here already. Choose another name.",
        code="name_taken",
    )
