"""SQL for a business's keys to models, and for its choice among them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from shared.db import AnySession, WithinTenant
from shared.models import Agent, LlmKey, LlmSettings

TABLE, FIELD = "llm_keys", "api_key"
"""Where a key's secret belongs."""


async def keys_of(session: AnySession, tenant_id: UUID) -> Sequence[LlmKey]:
    """The oldest first."""
    found = (
        select(LlmKey).where(LlmKey.tenant_id == tenant_id).order_by(LlmKey.created_at, LlmKey.id)
    )
    return (await session.execute(found)).scalars().all()


async def key_by_id(
    session: AnySession, tenant_id: UUID, key_id: UUID, *, lock: bool = False
) -> LlmKey | None:
    """As it is now; `lock` keeps it so until the transaction ends."""
    found = select(LlmKey).where(LlmKey.tenant_id == tenant_id, LlmKey.id == key_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(found)).scalar_one_or_none()


async def tenant_of(session: AnySession, key_id: UUID) -> UUID | None:
    return (
        await session.execute(select(LlmKey.tenant_id).where(LlmKey.id == key_id))
    ).scalar_one_or_none()


async def settings_of(session: AnySession, tenant_id: UUID) -> LlmSettings:
    """Those of before, or the defaults, which are stored with the first change."""
    found = select(LlmSettings).where(LlmSettings.tenant_id == tenant_id)
    return (await session.execute(found)).scalar_one_or_none() or LlmSettings(
        tenant_id=tenant_id,
        falls_back_to_installation=False,
        installation_granted=True,
        revision=0,
    )


async def locked_settings(session: WithinTenant, tenant_id: UUID) -> LlmSettings:
    """The row, made if there was none, locked until the transaction ends."""
    await session.execute(
        insert(LlmSettings).values(tenant_id=tenant_id, revision=0).on_conflict_do_nothing()
    )
    found = (
        select(LlmSettings)
        .where(LlmSettings.tenant_id == tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(found)).scalar_one()


async def choosers(session: AnySession, tenant_id: UUID) -> dict[UUID, UUID]:
    """The employees that have a key of their own, and which."""
    found = select(Agent.id, Agent.llm_key_id).where(
        Agent.tenant_id == tenant_id, Agent.llm_key_id.is_not(None)
    )
    rows = await session.execute(found)
    return {agent_id: key_id for agent_id, key_id in rows if key_id is not None}


async def let_go(session: WithinTenant, tenant_id: UUID, key_id: UUID) -> None:
    """Nobody has this key or its model any more."""
    await session.execute(
        update(Agent)
        .where(Agent.tenant_id == tenant_id, Agent.llm_key_id == key_id)
        .values(llm_key_id=None, model=None)
    )
