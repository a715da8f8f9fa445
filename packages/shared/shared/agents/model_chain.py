"""Who answers for an employee, one after the other: its own key, its business's default, that one's
fallback, the installation's model.

It is worked out when a key, a default or an employee changes, and stored with the employee, where
a run's claim reads it for nothing. None is the installation's model alone. After a key of the
business's the installation's comes only if the business has said so: others pay for it, and others
read what is said. Whether a key works now is a worker's to know, and changes no chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from shared.db import AnySession
from shared.models import Agent, LlmKey, LlmSettings

MOST_LINKS = 3
INSTALLATION = (None, 0, None)

Link = tuple[str | None, int, str | None]
"""The key's id (None is the installation), its version, and the model's name there."""


@dataclass(frozen=True, slots=True)
class Key:
    """What of a key matters here."""

    id: UUID
    provider: str
    version: int
    model: str | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a business has chosen for all its employees."""

    default_key_id: UUID | None = None
    fallback_key_id: UUID | None = None
    falls_back_to_installation: bool = False
    installation_granted: bool = True


def chain_of(
    own_key_id: UUID | None, model: str | None, keys: Mapping[UUID, Key], choices: Choices
) -> list[Link] | None:
    """The chain of an employee that names this key and this model; empty if nobody may answer.

    A model like `anthropic:…` that no own key has is asked with the business's key of that
    provider, and a model that none of its keys can have is the installation's to answer.
    """
    first = _first(own_key_id, model, keys, choices)
    if first is None:
        return None if choices.installation_granted else []
    others = [keys.get(id_) for id_ in (choices.default_key_id, choices.fallback_key_id) if id_]
    links = dict.fromkeys([first, *(_link(key, key.model) for key in others if key)])
    chain = [link for link in links if link[2] is not None]
    if choices.falls_back_to_installation and choices.installation_granted:
        chain = [*chain[: MOST_LINKS - 1], INSTALLATION]
    return chain[:MOST_LINKS]


def _first(
    own_key_id: UUID | None, model: str | None, keys: Mapping[UUID, Key], choices: Choices
) -> Link | None:
    """None if it is the installation's."""
    if own_key_id is not None and (own := keys.get(own_key_id)):
        return _link(own, model or own.model)
    default = keys.get(choices.default_key_id) if choices.default_key_id else None
    if not model:
        return _link(default, default.model) if default else None
    provider, _, name = model.partition(":")
    fitting = [key for key in (default, *keys.values()) if key and key.provider == provider]
    return _link(fitting[0], name) if fitting and name else None


def _link(key: Key, model: str | None) -> Link:
    return (str(key.id), key.version, model)


async def lock(session: AnySession, tenant_id: UUID) -> None:
    """Until the transaction ends, nobody else changes what this tenant's chains are made of."""
    key = func.hashtextextended(f"model chains:{tenant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def refresh(session: AnySession, tenant_id: UUID) -> None:
    """Work out the chains of the tenant's employees anew; from their next message on they hold."""
    await lock(session, tenant_id)
    await session.flush()
    keys = await _keys(session, tenant_id)
    choices = await _choices(session, tenant_id)
    for agent_id, own_key_id, model, stored in await _agents(session, tenant_id):
        chain = chain_of(own_key_id, model, keys, choices)
        now = None if chain is None else [list(link) for link in chain]
        if now != stored:
            await session.execute(
                update(Agent)
                .where(Agent.tenant_id == tenant_id, Agent.id == agent_id)
                .values(model_chain=now)
            )


async def _keys(session: AnySession, tenant_id: UUID) -> dict[UUID, Key]:
    """The oldest first."""
    found = (
        select(LlmKey.id, LlmKey.provider, LlmKey.version, LlmKey.model)
        .where(LlmKey.tenant_id == tenant_id)
        .order_by(LlmKey.created_at, LlmKey.id)
    )
    return {row.id: Key(*row) for row in await session.execute(found)}


async def _choices(session: AnySession, tenant_id: UUID) -> Choices:
    found = select(
        LlmSettings.default_key_id,
        LlmSettings.fallback_key_id,
        LlmSettings.falls_back_to_installation,
        LlmSettings.installation_granted,
    ).where(LlmSettings.tenant_id == tenant_id)
    row = (await session.execute(found)).one_or_none()
    return Choices(*row) if row else Choices()


async def _agents(
    session: AnySession, tenant_id: UUID
) -> Sequence[tuple[UUID, UUID | None, str | None, Any]]:
    found = select(Agent.id, Agent.llm_key_id, Agent.model, Agent.model_chain).where(
        Agent.tenant_id == tenant_id
    )
    return [tuple(row) for row in await session.execute(found)]
