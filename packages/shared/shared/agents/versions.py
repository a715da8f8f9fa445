"""Versions of an agent: what it was, what differs, back to one; and its draft.

Each is the whole employee. Going back makes a new version, so that nothing is ever lost. A draft
is written beside what is published and answers nobody until it is published.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from shared.agents import repository, rules, version_repository
from shared.agents.checks import AgentChanges, checked
from shared.agents.spec import Difference, Spec, differences, differing, spec_of
from shared.agents.version_repository import DRAFT, Version
from shared.db import AnySession
from shared.errors import BadRequest, NotFound
from shared.models import Agent
from shared.valkey.publish import publish_changed

NOT_IN_A_DRAFT = {"status", "paused_notice"}
"""Of the day: said at once, to whoever writes."""


async def listed(
    session: AnySession, agent: Agent, *, before: int | None = None, limit: int = 50
) -> Sequence[Version]:
    """Published versions, newest first. An agent older than versions are has the one it is."""
    found = await version_repository.newest(
        session, agent.tenant_id, agent.id, before=before, limit=limit
    )
    return found or ([] if before is not None else [_as_it_is(agent)])


async def get(session: AnySession, agent: Agent, n: int) -> Version:
    """Raises NotFound."""
    found = await version_repository.find(session, agent.tenant_id, agent.id, n) if n > 0 else None
    if found is None and n == agent.published_version:
        found = _as_it_is(agent)
    if found is None:
        raise NotFound(f"{agent.name} has no version {n}.")
    return found


async def draft_of(session: AnySession, agent: Agent) -> Version | None:
    return await version_repository.find(session, agent.tenant_id, agent.id, DRAFT)


async def compared(session: AnySession, agent: Agent, n: int, against: int) -> list[Difference]:
    """What version `n` has otherwise than version `against`; 0 is the draft. Raises NotFound."""
    return differences(
        await _spec(session, agent, against),
        await _spec(session, agent, n),
    )


async def editor_of(session: AnySession, agent: Agent) -> str | None:
    """What who edited it last is called; None if nobody of the business did."""
    return await version_repository.name_of(session, agent.edited_by)


async def save_draft(
    session: AnySession,
    tenant_id: UUID,
    agent_id: UUID,
    changes: AgentChanges,
    *,
    by: UUID | None,
    revision: int | None = None,
) -> Version | None:
    """The draft with these changes, made if there is none; None if it says nothing new, and is
    gone. Raises as `rules.change_agent` does."""
    if not changes:
        raise BadRequest("There is nothing to change. Give at least one field.")
    if of_the_day := NOT_IN_A_DRAFT & set(changes):
        raise BadRequest(f"A draft has no {min(of_the_day)}: that is changed at once or not.")
    values = checked(changes)
    agent = await rules.lock(session, tenant_id, agent_id, revision=revision)
    draft = await draft_of(session, agent)
    published = spec_of(agent)
    spec: Spec = (draft.spec if draft else published) | cast(dict[str, Any], values)
    if differing(published, spec):
        await version_repository.put_draft(
            session, tenant_id=tenant_id, agent_id=agent_id, spec=spec, by=by
        )
    else:
        await version_repository.drop_draft(session, tenant_id, agent_id)
    await repository.change_agent(session, tenant_id, agent_id, rules.edited(agent, by))
    session.after_commit(lambda: publish_changed(tenant_id, "agents"))
    return await draft_of(session, agent)


async def drop_draft(
    session: AnySession,
    tenant_id: UUID,
    agent_id: UUID,
    *,
    by: UUID | None,
    revision: int | None = None,
) -> None:
    """What was drafted is forgotten. Nothing happens if there is none."""
    agent = await rules.lock(session, tenant_id, agent_id, revision=revision)
    if await draft_of(session, agent) is not None:
        await version_repository.drop_draft(session, tenant_id, agent_id)
        await repository.change_agent(session, tenant_id, agent_id, rules.edited(agent, by))
        session.after_commit(lambda: publish_changed(tenant_id, "agents"))


async def publish(
    session: AnySession,
    tenant_id: UUID,
    agent_id: UUID,
    *,
    by: UUID | None,
    note: str | None = None,
    revision: int | None = None,
) -> Agent:
    """The draft answers from the next message on. Raises NotFound if there is none, and as
    `rules.change_agent` does."""
    agent = await rules.lock(session, tenant_id, agent_id, revision=revision)
    draft = await draft_of(session, agent)
    if draft is None:
        raise NotFound(f"{agent.name} has no draft to publish.")
    return await _become(session, agent, draft.spec, by=by, note=note)


async def back_to(
    session: AnySession,
    tenant_id: UUID,
    agent_id: UUID,
    n: int,
    *,
    by: UUID | None,
    revision: int | None = None,
) -> Agent:
    """The agent is what it was in version `n` again, as a new version. Nothing happens if it is
    that already. Raises NotFound, and as `rules.change_agent` does."""
    agent = await rules.lock(session, tenant_id, agent_id, revision=revision)
    version = await get(session, agent, n)
    return await _become(session, agent, version.spec, by=by, restores=n)


async def _become(
    session: AnySession,
    agent: Agent,
    spec: Spec,
    *,
    by: UUID | None,
    note: str | None = None,
    restores: int | None = None,
) -> Agent:
    changes = {field: spec[field] for field in differing(spec_of(agent), spec)}
    if not changes:
        return agent
    return await rules.change_agent(
        session,
        agent.tenant_id,
        agent.id,
        cast(AgentChanges, changes),
        by=by,
        note=note,
        restores=restores,
    )


async def _spec(session: AnySession, agent: Agent, n: int) -> Spec:
    if n != DRAFT:
        return (await get(session, agent, n)).spec
    draft = await draft_of(session, agent)
    if draft is None:
        raise NotFound(f"{agent.name} has no draft.")
    return draft.spec


def _as_it_is(agent: Agent) -> Version:
    return Version(agent.published_version, spec_of(agent), agent.created_at, None, None)
