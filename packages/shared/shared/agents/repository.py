"""SQL for agents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from shared.db import AnySession
from shared.models import Agent
from shared.spelling import name_key


async def agent_by_id(session: AnySession, tenant_id: UUID, agent_id: UUID) -> Agent | None:
    return (
        await session.execute(
            select(Agent).where(Agent.id == agent_id, Agent.tenant_id == tenant_id)
        )
    ).scalar_one_or_none()


async def agent_by_name(session: AnySession, tenant_id: UUID, name: str) -> Agent | None:
    """The agent of this name, however it is spelled. A tenant has few agents, so each is
    compared."""
    wanted = name_key(name)
    fitting = [a for a in await list_agents(session, tenant_id) if name_key(a.name) == wanted]
    return min(fitting, key=lambda agent: agent.name != name, default=None)


async def lock_names(session: AnySession, tenant_id: UUID) -> None:
    """Lock the names of this tenant's agents until the transaction ends: hires and renames queue
    up."""
    key = func.hashtextextended(f"names:{tenant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def lock_agent(session: AnySession, tenant_id: UUID, agent_id: UUID) -> Agent | None:
    """The agent as it is now, locked for who edits it; conversations and runs go on."""
    return (
        await session.execute(
            select(Agent)
            .where(Agent.id == agent_id, Agent.tenant_id == tenant_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()


async def add_agent(session: AnySession, *, tenant_id: UUID, **values: Any) -> Agent | None:
    """The new agent with these columns, or None if an agent of this tenant has that name in any
    case."""
    statement = (
        insert(Agent)
        .values(tenant_id=tenant_id, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", func.lower(Agent.name)])
        .returning(Agent)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def change_agent(
    session: AnySession, tenant_id: UUID, agent_id: UUID, values: Mapping[str, object]
) -> Agent | None:
    """The changed agent, or None if another agent of this tenant has that name in any case.

    The agent must exist.
    """
    statement = (
        update(Agent)
        .where(Agent.id == agent_id, Agent.tenant_id == tenant_id)
        .values(values)
        .returning(Agent)
        .execution_options(populate_existing=True)
    )
    try:
        async with session.begin_nested():  # a refusal leaves the transaction usable
            return (await session.execute(statement)).scalar_one()
    except IntegrityError:
        return None


async def list_agents(session: AnySession, tenant_id: UUID) -> Sequence[Agent]:
    """The tenant's agents, by name."""
    return (
        (
            await session.execute(
                select(Agent).where(Agent.tenant_id == tenant_id).order_by(Agent.name, Agent.id)
            )
        )
        .scalars()
        .all()
    )
