"""What a business's admins do with its keys: paste, test, change, choose, remove.

Each function joins its caller's transaction, and whoever calls has checked that this person may.
A key goes in and never comes out; what is shown of it is its last four characters. Testing it is a
worker's job. Whatever changes, the chains of the business's employees are worked out anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from shared.agents import model_chain
from shared.attention.items import Kind, resolve_about
from shared.audit.record import record
from shared.db import AnySession, WithinTenant
from shared.errors import BadRequest, Conflict, NotFound
from shared.jobs import queue
from shared.jobs.kinds import MODEL_KEY_TEST, MODELS_HERE
from shared.llm_keys import given as pasted
from shared.llm_keys import repository
from shared.llm_keys.given import Given
from shared.llm_keys.providers import SERVER
from shared.llm_keys.repository import FIELD, TABLE
from shared.models import LlmKey, LlmSettings
from shared.plain_text import model_name, one_line
from shared.secrets import sealing
from shared.secrets.sealing import Plain, newest
from shared.valkey.publish import publish_changed

MOST_KEYS = 50
MAX_NAME_CHARS = 80
FAILING: Kind = "model_key_failing"
NO_SUCH_KEY = "There is no such key in this business."


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, for the audit."""

    kind: Literal["member", "platform_admin", "command"]
    id: UUID | None = None


async def list_keys(session: AnySession, tenant_id: UUID) -> Sequence[LlmKey]:
    """The oldest first."""
    return await repository.keys_of(session, tenant_id)


async def find(session: AnySession, tenant_id: UUID, key_id: UUID) -> LlmKey:
    """Raises NotFound, also for another business's."""
    key = await repository.key_by_id(session, tenant_id, key_id)
    if key is None:
        raise NotFound(NO_SUCH_KEY)
    return key


async def tenant_of(session: AnySession, key_id: UUID) -> UUID:
    """Whose key it is. Raises NotFound."""
    tenant_id = await repository.tenant_of(session, key_id)
    if tenant_id is None:
        raise NotFound("There is no such key.")
    return tenant_id


async def settings_of(session: AnySession, tenant_id: UUID) -> LlmSettings:
    """Whom the business has chosen, or nobody."""
    return await repository.settings_of(session, tenant_id)


async def choosers(session: AnySession, tenant_id: UUID) -> dict[UUID, UUID]:
    """The employees that have a key of their own, and which."""
    return await repository.choosers(session, tenant_id)


async def add(
    session: WithinTenant,
    tenant_id: UUID,
    given: Given,
    *,
    by: By,
    name: str | None = None,
    model: str | None = None,
    key_id: UUID | None = None,
) -> tuple[LlmKey, UUID]:
    """A key, not tested yet, and the job that tests it. Raises BadRequest, and Conflict if there
    are too many."""
    await model_chain.lock(session, tenant_id)
    if len(await repository.keys_of(session, tenant_id)) >= MOST_KEYS:
        raise Conflict(f"A business has at most {MOST_KEYS} keys. Remove one first.")
    key = LlmKey(
        id=key_id or uuid4(),
        tenant_id=tenant_id,
        name=_name(name or given.default_name),
        model=model_name(model) if model else None,
        state="untested",
        version=1,
        revision=1,
        changed_by=by.id,
    )
    await _take_in(session, key, given)
    session.add(key)
    await _note(session, key, by, "llm_key.added")
    return key, await _add_test(session, key)


async def change(
    session: WithinTenant,
    key: LlmKey,
    *,
    revision: int,
    by: By,
    name: str | None = None,
    model: str | None = None,
    given: Given | None = None,
    base_url: str | None = None,
) -> UUID | None:
    """The job that tests it, if it must be tested anew. What is None stays.

    Another address or provider wants the key again, so that none that we have is sent anywhere
    else. Raises BadRequest, and Conflict if somebody has changed it since `revision`.
    """
    await model_chain.lock(session, key.tenant_id)
    fresh = await repository.key_by_id(session, key.tenant_id, key.id, lock=True)
    if fresh is None:
        raise NotFound(NO_SUCH_KEY)
    _require_newest(fresh.revision, revision)
    if base_url is not None and given is None:
        moved = pasted.address(base_url) != key.base_url
        if moved and key.sealed_to is not None:
            raise BadRequest(
                "Another address wants the key again: what we keep is sent nowhere else.",
                code="key_needed",
            )
        given = Given(SERVER, pasted.address(base_url)) if moved else None
        if moved and key.provider != SERVER:
            raise BadRequest("Only a server's address can be changed.", code="key_needed")
    if name is not None:
        key.name = _name(name)
    tests = given is not None or model is not None
    if model is not None:
        key.model = model_name(model)
    if given is not None:
        await _take_in(session, key, given)
        key.models = []
    if tests:
        key.state = "untested"
        key.version += 1
    key.revision += 1
    key.changed_by = by.id
    await _note(session, key, by, "llm_key.changed")
    return await _add_test(session, key) if tests else None


async def remove(session: WithinTenant, key: LlmKey, *, by: By) -> None:
    """It is forgotten at once. Employees that had it have the default again; was it the default,
    the fallback is."""
    tenant_id, key_id = key.tenant_id, key.id
    await model_chain.lock(session, tenant_id)
    chosen = await repository.locked_settings(session, tenant_id)
    if chosen.default_key_id == key_id:
        chosen.default_key_id, chosen.fallback_key_id = chosen.fallback_key_id, None
        chosen.revision += 1
    elif chosen.fallback_key_id == key_id:
        chosen.fallback_key_id = None
        chosen.revision += 1
    await repository.let_go(session, tenant_id, key_id)
    await session.flush()
    await session.delete(key)
    await sealing.forget(session, table=TABLE, row_id=key_id)
    await resolve_about(session, tenant_id, FAILING, str(key_id))
    await _note(session, key, by, "llm_key.removed")


async def ask_for_test(session: WithinTenant, key: LlmKey) -> UUID:
    """The job that asks the provider, now."""
    return await _add_test(session, key)


async def look_for_local_models(session: WithinTenant, tenant_id: UUID) -> UUID:
    """The job that looks which model servers run on the worker's machine."""
    return await queue.add(
        session,
        tenant_id=tenant_id,
        kind=MODELS_HERE,
        subject=str(tenant_id),
        unique_key=f"{MODELS_HERE}:{tenant_id}",
    )


async def choose(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    revision: int,
    by: By,
    default_key_id: UUID | None,
    fallback_key_id: UUID | None,
    falls_back_to_installation: bool,
    installation_granted: bool | None = None,
) -> LlmSettings:
    """Who answers where an employee has no key of its own, who then, and whether the installation
    does at last. Raises BadRequest, NotFound, Conflict."""
    await model_chain.lock(session, tenant_id)
    chosen = await repository.locked_settings(session, tenant_id)
    _require_newest(chosen.revision, revision)
    if fallback_key_id is not None and fallback_key_id == default_key_id:
        raise BadRequest("A key cannot stand in for itself. Choose another, or nobody.")
    if fallback_key_id is not None and default_key_id is None:
        raise BadRequest("Choose who answers first, then who stands in.")
    for key_id in filter(None, (default_key_id, fallback_key_id)):
        await find(session, tenant_id, key_id)
    chosen.default_key_id, chosen.fallback_key_id = default_key_id, fallback_key_id
    chosen.falls_back_to_installation = falls_back_to_installation
    if installation_granted is not None:
        chosen.installation_granted = installation_granted
    chosen.revision += 1
    chosen.changed_by = by.id
    await record(
        session,
        tenant_id=tenant_id,
        actor_kind=by.kind,
        actor=by.id,
        action="llm_settings.changed",
        object_kind="tenant",
        object_id=tenant_id,
        details={
            "default_key_id": str(default_key_id) if default_key_id else None,
            "fallback_key_id": str(fallback_key_id) if fallback_key_id else None,
            "falls_back_to_installation": falls_back_to_installation,
            "installation_granted": chosen.installation_granted,
        },
    )
    await model_chain.refresh(session, tenant_id)
    session.after_commit(lambda: publish_changed(tenant_id, "llm-keys"))
    return chosen


async def _take_in(session: WithinTenant, key: LlmKey, given: Given) -> None:
    """Where it is asked, and the key: sealed, in place of the one there was."""
    key.provider, key.base_url, key.local = given.provider, given.base_url, given.local
    key.last4 = given.last4
    if given.key is None:
        key.sealed_to = None
        await sealing.forget(session, table=TABLE, row_id=key.id)
        return
    key.sealed_to = newest("send").id
    await sealing.keep(
        session,
        tenant_id=key.tenant_id,
        table=TABLE,
        row_id=key.id,
        values={FIELD: Plain("send", given.key)},
    )


async def _note(session: WithinTenant, key: LlmKey, by: By, action: str) -> None:
    """In the audit, in the employees' chains, and to everybody who looks at the list."""
    tenant_id = key.tenant_id
    await record(
        session,
        tenant_id=tenant_id,
        actor_kind=by.kind,
        actor=by.id,
        action=action,
        object_kind="llm_key",
        object_id=key.id,
        details={"provider": key.provider},
    )
    await model_chain.refresh(session, tenant_id)
    session.after_commit(lambda: publish_changed(tenant_id, "llm-keys"))


async def _add_test(session: WithinTenant, key: LlmKey) -> UUID:
    return await queue.add(
        session,
        tenant_id=key.tenant_id,
        kind=MODEL_KEY_TEST,
        subject=str(key.id),
        unique_key=f"{MODEL_KEY_TEST}:{key.id}:{key.version}",
    )


def _name(text: str) -> str:
    return one_line("The key's name", text, max_chars=MAX_NAME_CHARS)


def _require_newest(stored: int, revision: int) -> None:
    if stored != revision:
        raise Conflict(
            "Somebody else has changed this meanwhile. Look at it once more, and then change it.",
            code="changed_meanwhile",
        )
