"""What a worker finds out about a key, written down: whole transactions. The business's admins are
told once of a key that fails, and see no more of it once it works again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.agents import model_chain
from shared.attention.items import open_about, resolve_about
from shared.db import HouseSession
from shared.llm_keys import repository
from shared.llm_keys.rules import FAILING
from shared.llm_keys.states import State
from shared.models import LlmKey
from shared.valkey.publish import publish_changed


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test has found. `model` is the one to ask for from now on."""

    state: State
    model: str | None = None
    models: Sequence[str] = ()


async def tested(tenant_id: UUID, key_id: UUID, version: int, found: Tested) -> None:
    """Store it, unless the key has been changed meanwhile. The first key that works is what the
    business's employees use from then on."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        await model_chain.lock(session, tenant_id)
        key = await _if_unchanged(session, key_id, version)
        if key is None:
            return
        was, key.tested_at = key.state, datetime.now(UTC)
        key.state = found.state
        if found.models:
            key.models = list(found.models)
        if found.model is not None:
            key.model = found.model
        if found.state == "ok":
            await resolve_about(session, tenant_id, FAILING, str(key_id))
            if was != "ok":
                key.version += 1  # workers forget that they paused it
            await _become_default(session, key)
        await model_chain.refresh(session, tenant_id)
        _tell(session)


async def unreadable(tenant_id: UUID, key_id: UUID) -> None:
    """It does not open, so nothing is known of its version."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        key = await repository.key_by_id(session, tenant_id, key_id, lock=True)
        if key is not None:
            key.tested_at = datetime.now(UTC)
            await _note_failure(session, key, "unreadable")


async def failed_in_use(tenant_id: UUID, key_id: UUID, version: int, state: State) -> None:
    """An answer could not be had with it, and a person must do something about that."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        key = await _if_unchanged(session, key_id, version)
        if key is not None:
            await _note_failure(session, key, state)


async def worked(tenant_id: UUID, key_id: UUID, version: int) -> None:
    """It has answered."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        key = await _if_unchanged(session, key_id, version)
        if key is None:
            return
        key.used_at = datetime.now(UTC)
        if key.state != "ok":
            key.state = "ok"
            await resolve_about(session, tenant_id, FAILING, str(key_id))
            _tell(session)


async def _note_failure(session: HouseSession, key: LlmKey, state: State) -> None:
    if key.state != state:
        key.state = state
        await open_about(session, FAILING, str(key.id), {"state": state})
        _tell(session)


async def _if_unchanged(session: HouseSession, key_id: UUID, version: int) -> LlmKey | None:
    key = await repository.key_by_id(session, session.tenant_id, key_id, lock=True)
    return key if key is not None and key.version == version else None


async def _become_default(session: HouseSession, key: LlmKey) -> None:
    others = [each for each in await repository.keys_of(session, key.tenant_id) if each is not key]
    chosen = await repository.locked_settings(session, key.tenant_id)
    if chosen.default_key_id is None and not any(each.state == "ok" for each in others):
        chosen.default_key_id = key.id
        chosen.revision += 1


def _tell(session: HouseSession) -> None:
    tenant_id = session.tenant_id
    session.after_commit(lambda: publish_changed(tenant_id, "llm-keys"))
