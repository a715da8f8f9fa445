"""Hires a tenant's agents and changes their instructions.

The caller has checked that this person may do so in this tenant. A change applies from the next
message on: a worker reads the agent when it claims a run.
"""

from collections.abc import Sequence
from typing import Literal, TypedDict
from uuid import UUID

from shared.agents import model_chain, repository
from shared.agents.tools import tool_names
from shared.config import settings
from shared.db import AnySession
from shared.errors import BadRequest, Conflict, NotFound
from shared.model_tokens import tokens_of
from shared.models import Agent
from shared.plain_text import model_name, one_line, prose
from shared.valkey.publish import publish_changed

MAX_NAME_CHARS = 80
MAX_ROLE_CHARS = 160
MAX_INSTRUCTIONS_CHARS = 20_000
MAX_NOTICE_CHARS = 200
SHARE_OF_INSTRUCTIONS = 7 / 8
"""The share of a model's context that instructions may take; the rest is for the conversation."""

AgentStatus = Literal["active", "paused"]


class AgentChanges(TypedDict, total=False):
    """The fields to change; unset fields stay. `model` None means the installation's default
    model."""

    name: str
    role: str
    instructions: str
    model: str | None
    status: AgentStatus
    paused_notice: str | None
    """Shown to people while the agent is paused; None shows only that it is paused."""
    helps_while_waiting: bool
    """Whether it goes on answering while its conversation waits for a colleague."""
    tools: list[str]
    """Names of what it can do beside talking."""


async def hire(
    session: AnySession,
    tenant_id: UUID,
    *,
    name: str,
    role: str = "",
    instructions: str = "",
    model: str | None = None,
) -> Agent:
    """Add an agent, active at once. Without `model` it uses the installation's default.

    Raises BadRequest, and Conflict if an agent of this tenant has that name, however it is spelled.
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
    await model_chain.refresh(session, tenant_id)
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return agent


async def ensure_agent(
    session: AnySession, tenant_id: UUID, *, name: str, role: str, instructions: str
) -> None:
    """The tenant's agent of this name, unchanged if it exists, else newly hired."""
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
    """Change an agent and return it.

    Raises BadRequest, NotFound, and Conflict if another agent of this tenant has that name.
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
    if "model" in values:
        await model_chain.refresh(session, tenant_id)
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return agent


async def choose_key(
    session: AnySession, tenant_id: UUID, agent_id: UUID, llm_key_id: UUID | None
) -> None:
    """Which of the business's keys answers for this agent, from its next message on; None leaves
    that to the business's default. The caller has looked whether there is such a key."""
    await model_chain.lock(session, tenant_id)
    await repository.change_agent(session, tenant_id, agent_id, {"llm_key_id": llm_key_id})
    await model_chain.refresh(session, tenant_id)
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))


async def get_agent(session: AnySession, tenant_id: UUID, agent_id: UUID) -> Agent:
    """The agent. Raises NotFound, also for another tenant's agent."""
    agent = await repository.agent_by_id(session, tenant_id, agent_id)
    if agent is None:
        raise NotFound("There is no such agent in this tenant.")
    return agent


async def find_by_name(session: AnySession, tenant_id: UUID, name: str) -> Agent | None:
    """The agent of this name, or None if the tenant has none."""
    return await repository.agent_by_name(session, tenant_id, name)


async def list_agents(session: AnySession, tenant_id: UUID) -> Sequence[Agent]:
    """The tenant's agents, by name."""
    return await repository.list_agents(session, tenant_id)


async def _require_free_name(
    session: AnySession, tenant_id: UUID, name: str, *, but_for: UUID | None = None
) -> None:
    """Raise Conflict if the name is taken. Locks the names, so that two requests at once run one
    after the other. The database's unique index ignores only case."""
    await repository.lock_names(session, tenant_id)
    holder = await repository.agent_by_name(session, tenant_id, name)
    if holder is not None and holder.id != but_for:
        raise _name_taken(name)


def _checked(changes: AgentChanges) -> AgentChanges:
    """The changes as column values to store. Raises BadRequest."""
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
    if "tools" in checked:
        checked["tools"] = _tool_names(checked["tools"])
    return checked


def _tool_names(names: Sequence[str]) -> list[str]:
    """Each once. Raises BadRequest if there is no such tool."""
    known = tool_names()
    if unknown := [name for name in names if name not in known]:
        shown = one_line("The tool's name", unknown[0], max_chars=MAX_NAME_CHARS)
        raise BadRequest(f"There is no tool called {shown}. There are {', '.join(known)}.")
    return list(dict.fromkeys(names))


def _require_room_for_talk(instructions: str) -> None:
    """Raise BadRequest if the instructions leave a model no room for a message."""
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
