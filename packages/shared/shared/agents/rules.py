"""Hires a tenant's agents and changes them.

The caller has checked that this person may do so in this tenant. A change applies from the next
message on: a worker reads the agent when it claims a run. Every change of what an agent is makes
a version (`versions.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from shared.agents import model_chain, repository, version_repository
from shared.agents.checks import AgentChanges, checked
from shared.agents.spec import Spec, differing, rebased, spec_of
from shared.db import AnySession
from shared.errors import BadRequest, Conflict, NotFound
from shared.models import Agent
from shared.plain_text import one_line
from shared.valkey.publish import publish_changed

MAX_NOTE_CHARS = 200


async def hire(
    session: AnySession,
    tenant_id: UUID,
    *,
    name: str,
    role: str = "",
    instructions: str = "",
    model: str | None = None,
    by: UUID | None = None,
    note: str | None = None,
    agent_id: UUID | None = None,
    **more: Any,
) -> Agent:
    """Add an agent, active at once. Without `model` it uses the installation's default. `more` are
    other fields of AgentChanges. `agent_id` is what it shall be known by.

    Raises BadRequest, and Conflict if an agent of this tenant has that name, however it is spelled.
    """
    given = {"name": name, "role": role, "instructions": instructions, "model": model} | more
    values = checked(cast(AgentChanges, given))
    await _require_free_name(session, tenant_id, values["name"])
    beside: dict[str, Any] = {"edited_by": by, "edited_at": datetime.now(UTC)}
    if agent_id is not None:
        beside["id"] = agent_id
    agent = await repository.add_agent(session, tenant_id=tenant_id, **values, **beside)
    if agent is None:
        raise _name_taken(values["name"])
    await model_chain.refresh(session, tenant_id)
    await version_repository.add(
        session,
        tenant_id=tenant_id,
        agent_id=agent.id,
        n=agent.published_version,
        spec=spec_of(agent),
        by=by,
        note=_note(note),
    )
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return agent


async def ensure_agent(
    session: AnySession, tenant_id: UUID, *, name: str, role: str, instructions: str
) -> None:
    """The tenant's agent of this name, unchanged if it exists, else newly hired."""
    values = checked({"name": name, "role": role, "instructions": instructions})
    await repository.add_agent(session, tenant_id=tenant_id, **values)


async def change_agent(
    session: AnySession,
    tenant_id: UUID,
    agent_id: UUID,
    changes: AgentChanges,
    *,
    by: UUID | None = None,
    note: str | None = None,
    restores: int | None = None,
    revision: int | None = None,
) -> Agent:
    """Change an agent and return it. Of what changes its answers a version is kept.

    With `revision` only if nobody has edited it since. Raises BadRequest, NotFound, and Conflict if
    another agent of this tenant has that name, or with the name of who edited it meanwhile.
    """
    if not changes:
        raise BadRequest("There is nothing to change. Give at least one field.")
    values: dict[str, Any] = dict(checked(changes))
    if "name" in values:
        await _require_free_name(session, tenant_id, values["name"], but_for=agent_id)
    agent = await lock(session, tenant_id, agent_id, revision=revision)
    if agent.dismissed_at is not None:
        raise Conflict(
            f"{agent.name} does not work here any more. Take them back first.",
            code="agent_dismissed",
        )
    was = spec_of(agent)
    makes_version = bool(differing(was, was | values))
    if makes_version:
        await keep_first(session, agent)
        values |= {"published_version": agent.published_version + 1} | edited(agent, by)
    changed = await repository.change_agent(session, tenant_id, agent_id, values)
    if changed is None:
        raise _name_taken(values["name"])
    if "model" in values:
        await model_chain.refresh(session, tenant_id)
    if makes_version:
        await _keep_version(session, changed, was, by=by, note=_note(note), restores=restores)
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return changed


async def lock(
    session: AnySession, tenant_id: UUID, agent_id: UUID, *, revision: int | None
) -> Agent:
    """The agent, which nobody else edits until this transaction ends. Names and chains of models
    are locked first, as by all who do.

    Raises NotFound, and Conflict if somebody has edited it since `revision`.
    """
    await repository.lock_names(session, tenant_id)
    await model_chain.lock(session, tenant_id)
    agent = await repository.lock_agent(session, tenant_id, agent_id)
    if agent is None:
        raise _not_here()
    if revision is not None and revision != agent.revision:
        who = await version_repository.name_of(session, agent.edited_by) or "Somebody else"
        at = f" at {agent.edited_at:%H:%M} UTC" if agent.edited_at else ""
        raise Conflict(
            f"{who} changed {agent.name}{at}. See what it is now, and change that.",
            code="changed_meanwhile",
        )
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


def edited(agent: Agent, by: UUID | None) -> dict[str, Any]:
    """The columns that say that somebody edits the agent now."""
    return {
        "revision": agent.revision + 1,
        "edited_by": by,
        "edited_at": datetime.now(UTC),
    }


async def keep_first(session: AnySession, agent: Agent) -> None:
    """Keep what the agent is as its version, if it is older than versions are."""
    await version_repository.add(
        session,
        tenant_id=agent.tenant_id,
        agent_id=agent.id,
        n=agent.published_version,
        spec=spec_of(agent),
        by=None,
        note=None,
        at=agent.created_at,
    )


async def get_agent(session: AnySession, tenant_id: UUID, agent_id: UUID) -> Agent:
    """The agent. Raises NotFound, also for another tenant's agent."""
    agent = await repository.agent_by_id(session, tenant_id, agent_id)
    if agent is None:
        raise _not_here()
    return agent


async def find_by_name(session: AnySession, tenant_id: UUID, name: str) -> Agent | None:
    """The agent of this name, or None if the tenant has none."""
    return await repository.agent_by_name(session, tenant_id, name)


async def list_agents(session: AnySession, tenant_id: UUID) -> Sequence[Agent]:
    """The tenant's agents, by name."""
    return await repository.list_agents(session, tenant_id)


async def _keep_version(
    session: AnySession,
    agent: Agent,
    was: Spec,
    *,
    by: UUID | None,
    note: str | None,
    restores: int | None,
) -> None:
    """Keep what it is now, and carry its draft along."""
    tenant_id, agent_id, now = agent.tenant_id, agent.id, spec_of(agent)
    await version_repository.add(
        session,
        tenant_id=tenant_id,
        agent_id=agent_id,
        n=agent.published_version,
        spec=now,
        by=by,
        note=note,
        restores=restores,
    )
    draft = await version_repository.find(session, tenant_id, agent_id, version_repository.DRAFT)
    if draft is None:
        return
    spec = rebased(draft.spec, was, now)
    if differing(spec, now):
        await version_repository.put_draft(
            session, tenant_id=tenant_id, agent_id=agent_id, spec=spec, by=draft.by_user
        )
    else:
        await version_repository.drop_draft(session, tenant_id, agent_id)


def _note(note: str | None) -> str | None:
    if not note:
        return None
    return one_line("The note", note, max_chars=MAX_NOTE_CHARS, may_be_empty=True) or None


async def _require_free_name(
    session: AnySession, tenant_id: UUID, name: str, *, but_for: UUID | None = None
) -> None:
    """Raise Conflict if the name is taken. Locks the names, so that two requests at once run one
    after the other. The database's unique index ignores only case."""
    await repository.lock_names(session, tenant_id)
    holder = await repository.agent_by_name(session, tenant_id, name)
    if holder is None or holder.id == but_for:
        return
    if holder.dismissed_at is not None:
        raise Conflict(
            f"'{name}' worked here before, and conversations bear that name. Take them back, or "
            "choose another name.",
            code="name_of_before",
        )
    raise _name_taken(name)


def _not_here() -> NotFound:
    return NotFound("There is no such agent in this tenant.")


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"An employee called '{name}' works here already. Choose another name.",
        code="name_taken",
    )
