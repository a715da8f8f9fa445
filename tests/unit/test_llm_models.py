"""Which model a name stands for, and that a name is never an address."""

import pytest
from orchestrator.llm import ModelFailure, ModelRegistry
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from shared.errors import ConfigError

ENDPOINT = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("name", [None, "", "local", "qwen/qwen3:8b"])
async def test_names_at_the_endpoint(name: str | None) -> None:
    registry = ModelRegistry(model="local", base_url=ENDPOINT)
    model = registry.resolve(name)
    assert isinstance(model, OpenAIChatModel)
    assert (model.model_name, str(model.base_url)) == (name or "local", f"{ENDPOINT}/")
    assert registry.resolve(name) is model
    await registry.aclose()


async def test_providers_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere")
    registry = ModelRegistry(model="openai:gpt-5-mini", api_key="o")
    default, other = registry.resolve(), registry.resolve("anthropic:claude-haiku-5-5")
    assert isinstance(default, OpenAIChatModel)
    assert str(default.base_url) == "https://api.openai.com/v1/"
    assert isinstance(other, AnthropicModel)
    await registry.aclose()


@pytest.mark.parametrize(
    "name",
    ["gpt-5", "evil:model", "http://evil/v1", "openai:http://evil", "a b", "x" * 300, "//evil"],
)
async def test_unknown_names_are_refused(name: str) -> None:
    registry = ModelRegistry(model="openai:gpt-5-mini", api_key="o")
    with pytest.raises(ModelFailure) as raised:
        registry.resolve(name)
    assert raised.value.code == "model_unknown"
    assert not raised.value.retryable
    await registry.aclose()


async def test_a_missing_key_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    registry = ModelRegistry(model="openai:gpt-5-mini")
    with pytest.raises(ConfigError, match="KONSTRUCT_LLM_API_KEY or OPENAI_API_KEY"):
        registry.resolve()
    await registry.aclose()
