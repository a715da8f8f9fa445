"""The models of businesses' own keys: found by the key's id and version, made once, kept bounded.

A key that is changed has another version, so nothing is ever forgotten by hand and no worker is
restarted. An address that a business has named is asked through the guard alone; a provider's own
goes the way of the installation's. What the installation is asked with never goes to either.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from shared.errors import NotFound
from shared.llm_keys.in_use import KeyInUse
from shared.log import get_logger
from shared.secrets.envelope import SecretUnreadable

from orchestrator.llm.chain import Link
from orchestrator.llm.clients import anthropic_client, openai_client
from orchestrator.llm.endpoint import Connections
from orchestrator.llm.failures import ModelKeyUnreadable, ModelNotChosen
from orchestrator.llm.guarded import GuardedConnections
from orchestrator.llm.models import COMPATIBLE, STREAMS, EndpointModel

log = get_logger(__name__)

MAX_MODELS = 256
ReadKey = Callable[[UUID, UUID], Awaitable[KeyInUse]]
"""The tenant's key of this id, opened. Raises NotFound, SecretUnreadable."""


class KeyedModels:
    """Of one event loop. `pool` and `connections` are the installation's, without the guard."""

    def __init__(
        self,
        read: ReadKey,
        *,
        pool: httpx2.AsyncClient,
        connections: Connections,
    ) -> None:
        self._read = read
        self._pool = pool
        self._connections = connections
        self._guarded = GuardedConnections(connections.window_s)
        self._models: OrderedDict[Link, Model] = OrderedDict()

    async def find(self, tenant_id: UUID, link: Link) -> Model:
        """The model of a link that names a key. Raises ModelKeyUnreadable, ModelNotChosen."""
        model = self._models.get(link)
        if model is not None:
            self._models.move_to_end(link)
            return model
        assert link.key_id is not None
        try:
            key = await self._read(tenant_id, link.key_id)
        except SecretUnreadable as error:
            log.error("secret_unreadable", key_id=str(link.key_id), reason=error.message)
            raise ModelKeyUnreadable from error
        except NotFound as error:  # removed since the run was claimed
            raise ModelNotChosen from error
        name = link.model or key.model
        if not name:
            raise ModelNotChosen
        model = self._models[link] = self._made(key, name)
        while len(self._models) > MAX_MODELS:
            self._models.popitem(last=False)
        return model

    async def aclose(self) -> None:
        await self._guarded.aclose()

    def _made(self, key: KeyInUse, name: str) -> Model:
        if key.dialect == "anthropic":
            client = anthropic_client(self._pool, api_key=key.secret)
            return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))
        connections = self._guarded if key.guarded else self._connections
        pool = self._guarded.client if key.guarded else self._pool
        provider = OpenAICompatibleProvider(
            key.provider,
            openai_client=openai_client(pool, base_url=key.base_url, api_key=key.secret or "none"),
        )
        profile = STREAMS if key.provider == "openai" else COMPATIBLE
        model = EndpointModel(name, provider, profile, connections)
        model.endpoint.api_key = key.secret
        model.endpoint.is_quoted = not key.guarded
        return model
