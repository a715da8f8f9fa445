"""A key as a worker uses it: opened. Never imported by a gateway."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.db import TenantSession
from shared.errors import NotFound
from shared.llm_keys import repository
from shared.llm_keys.providers import LOCAL_SERVERS, PROVIDERS, SERVER, Dialect
from shared.secrets.envelope import SecretUnreadable
from shared.secrets.opening import opened

_LOCAL = frozenset(server.base_url for server in LOCAL_SERVERS)


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """Where its models are asked, and with what."""

    id: UUID
    tenant_id: UUID
    version: int
    provider: str
    base_url: str
    dialect: Dialect
    guarded: bool
    """Whether its business has named the address: then it is asked through the guard alone."""
    model: str | None
    secret: str = field(repr=False)
    """Empty for a server that asks for none."""


async def key_in_use(tenant_id: UUID, key_id: UUID) -> KeyInUse:
    """Raises NotFound, and SecretUnreadable if it does not open.

    A provider's address is our own constant, whatever the row says.
    """
    async with TenantSession(tenant_id) as session, session.transaction():
        key = await repository.key_by_id(session, tenant_id, key_id)
    if key is None:
        raise NotFound("There is no such key.")
    provider = PROVIDERS.get(key.provider)
    if provider is None and key.provider != SERVER:
        raise NotFound(f"This version knows no provider {key.provider!r}.")
    secret = await _secret(key_id) if key.sealed_to else ""
    return KeyInUse(
        id=key.id,
        tenant_id=tenant_id,
        version=key.version,
        provider=key.provider,
        base_url=provider.base_url if provider else key.base_url,
        dialect=provider.dialect if provider else "openai",
        guarded=provider is None and not (key.local and key.base_url in _LOCAL),
        model=key.model,
        secret=secret,
    )


async def _secret(key_id: UUID) -> str:
    secret = (await opened(table=repository.TABLE, row_id=key_id)).get(repository.FIELD)
    if not secret:
        raise SecretUnreadable("This key's secret is gone.")
    return secret
