"""Finds the model for an agent's model name: `ModelRegistry.resolve`.

The installation's default model is an OpenAI-compatible endpoint when a base URL is set, else a
`provider:name`. An agent may name another: `openai:…` or `anthropic:…`, or, with a base URL, any
model of that endpoint. A name is never an address: only the installation's settings say where
requests go.
"""

import os
from collections.abc import Callable
from typing import Literal

from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from shared.errors import ConfigError
from shared.plain_text import is_model_name

from orchestrator.llm.clients import OpenAIClient, anthropic_client, open_pool, openai_client
from orchestrator.llm.endpoint import Connections, Endpoint
from orchestrator.llm.failures import (
    ModelFailure,
    ModelKeyRefused,
    ModelUnknown,
    ModelUnreachable,
)

DEFAULT_WINDOW_S = 0.08
"""Seconds that flowing text may be left in the kernel's buffer."""
MAX_MODELS = 256
"""Model names kept. Agents choose the names, so there is a bound; others are resolved each time."""

# A stream that just ends is a broken connection. Without this it would pass as an answer.
STREAMS = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
# `max_tokens`, the older name of the token limit, is the one every compatible server knows.
COMPATIBLE = OpenAIModelProfile(
    openai_chat_streaming_requires_finish_reason=True,
    openai_chat_supports_max_completion_tokens=False,
)

OPENAI_URL = "https://api.openai.com/v1"
"""Given explicitly, or the SDK would read OPENAI_BASE_URL."""

OUR_KEY = "KONSTRUCT_LLM_API_KEY"
ProviderName = Literal["openai", "anthropic"]
KEY_VARIABLES: dict[ProviderName, str] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
}


class EndpointModel(OpenAIChatModel):
    """A model of OpenAI's protocol, which can also be asked without pydantic-ai."""

    def __init__(
        self,
        name: str,
        provider: Provider[AsyncOpenAI],
        profile: OpenAIModelProfile,
        connections: Connections,
    ) -> None:
        super().__init__(name, provider=provider, profile=profile)
        self.connections = connections
        newer = profile.get("openai_chat_supports_max_completion_tokens", True)
        self.endpoint = Endpoint(
            url=f"{str(provider.client.base_url).rstrip('/')}/chat/completions",
            api_key=provider.client.api_key,
            model=name,
            token_limit="max_completion_tokens" if newer else "max_tokens",
        )
        if isinstance(provider.client, OpenAIClient):
            provider.client.endpoint, provider.client.connections = self.endpoint, connections


class ModelRegistry:
    """The models of one event loop and the connections they share."""

    def __init__(
        self,
        *,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        window_s: float | Callable[[], float] = DEFAULT_WINDOW_S,
    ) -> None:
        """`model` is the default, `api_key` its key. Other providers' keys come from their own
        variables (`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`)."""
        self._default = model
        self._base_url = base_url
        self._api_key = api_key
        self.pool = open_pool()
        """Of the SDKs; what goes by it is not guarded."""
        self.connections = Connections(window_s if callable(window_s) else lambda: window_s)
        self._models: dict[str, Model] = {}

    def resolve(self, name: str | None = None) -> Model:
        """The model called `name`, or the default.

        Raises `ModelUnknown` for a name no provider has, `ConfigError` for a missing key.
        """
        name = name or self._default
        model = self._models.get(name)
        if model is None:
            model = self._build(name)
            if len(self._models) < MAX_MODELS:
                self._models[name] = model
        return model

    def explain(self, failure: ModelFailure, name: str | None = None) -> None:
        """Make `failure` name the setting to change, for the agent's model `name` or the
        default."""
        match failure:
            case ModelKeyRefused():
                failure.is_mended_by(self._key_setting(name or self._default))
            case ModelUnknown() if name:
                failure.is_of_an_agent()
            case ModelUnreachable() if self._provider(name or self._default):
                failure.setting = None  # the provider's address is not a setting of ours

    async def aclose(self) -> None:
        """Close every connection; the models cannot be used afterwards."""
        await self.connections.aclose()
        await self.pool.aclose()

    def _build(self, name: str) -> Model:
        if not is_model_name(name):
            raise ModelUnknown
        if self._base_url is not None and name == self._default:
            return self._endpoint(name, self._base_url)
        match name.split(":", 1):
            case ["openai", model]:
                return self._openai(model, self._key("openai"))
            case ["anthropic", model]:
                return self._anthropic(model, self._key("anthropic"))
        if self._base_url is None:
            raise ModelUnknown
        return self._endpoint(name, self._base_url)

    def _endpoint(self, name: str, base_url: str) -> Model:
        client = openai_client(self.pool, base_url=base_url, api_key=self._api_key or "none")
        provider = OpenAICompatibleProvider("endpoint", openai_client=client)
        return EndpointModel(name, provider, COMPATIBLE, self.connections)

    def _openai(self, name: str, key: str) -> Model:
        client = openai_client(self.pool, base_url=OPENAI_URL, api_key=key)
        provider = OpenAIProvider(openai_client=client)
        return EndpointModel(name, provider, STREAMS, self.connections)

    def _anthropic(self, name: str, key: str) -> Model:
        client = anthropic_client(self.pool, api_key=key)
        return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))

    def _key(self, provider: ProviderName) -> str:
        is_default = self._is_default(provider)
        variable = KEY_VARIABLES[provider]
        key = (self._api_key if is_default else None) or os.environ.get(variable)
        if not key:
            own = f"{OUR_KEY} or " if is_default else ""
            raise ConfigError(f"No key for {provider} models: set {own}{variable}.")
        return key

    def _key_setting(self, name: str) -> str:
        """The variable that holds the key of the model `name`."""
        provider = self._provider(name)
        if provider is None or (self._is_default(provider) and self._api_key):
            return OUR_KEY
        return KEY_VARIABLES[provider]

    def _provider(self, name: str) -> ProviderName | None:
        """The provider of the model `name`; None if the endpoint has it."""
        if self._base_url is not None and name == self._default:
            return None
        return next((each for each in KEY_VARIABLES if name.startswith(f"{each}:")), None)

    def _is_default(self, provider: ProviderName) -> bool:
        return self._base_url is None and self._default.startswith(f"{provider}:")
