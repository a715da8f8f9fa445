"""Who sells models, where they are asked, and what their keys look like.

A form that several have names them all, and a person says whose it is: a key is never sent to
somebody to find out.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Dialect = Literal["openai", "anthropic"]

SERVER = "server"
"""Not a provider: an OpenAI-compatible server at an address that its business gives."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`forms` are what its keys look like, as regular expressions that JavaScript reads alike."""

    id: str
    name: str
    base_url: str
    forms: tuple[str, ...]
    prefers: tuple[str, ...]
    """Models to begin with, the best first; by the beginning of their names."""
    keys_at: str
    """The page on which a person gets a key."""
    dialect: Dialect = "openai"
    lists_to_anybody: bool = False
    """Its list of models needs no key and so proves none."""
    proves_at: str | None = None
    """What is asked there, instead, costs nothing and needs the key."""
    patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(re.compile(form) for form in self.forms))

    def may_be(self, key: str) -> bool:
        return any(pattern.fullmatch(key) for pattern in self.patterns)


_ALL = (
    Provider(
        id="openai",
        name="OpenAI",
        base_url="https://api.openai.com/v1",
        forms=(r"sk-(proj|svcacct|None)-[\w-]{20,}", r"sk-[A-Za-z0-9]{48}"),
        prefers=("gpt-5-mini", "gpt-5", "gpt-4.1-mini", "gpt-4o-mini", "gpt-4o"),
        keys_at="https://platform.openai.com/api-keys",
    ),
    Provider(
        id="anthropic",
        name="Anthropic",
        base_url="https://api.anthropic.com",
        forms=(r"sk-ant-api\d\d-[\w-]{20,}",),
        prefers=("claude-sonnet-4-5", "claude-sonnet", "claude-haiku", "claude"),
        keys_at="https://console.anthropic.com/settings/keys",
        dialect="anthropic",
    ),
    Provider(
        id="google",
        name="Google Gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        forms=(r"AIza[\w-]{35}", r"AQ\.[\w-]{20,}"),
        prefers=("gemini-2.5-flash", "gemini-flash", "gemini"),
        keys_at="https://aistudio.google.com/apikey",
    ),
    Provider(
        id="mistral",
        name="Mistral",
        base_url="https://api.mistral.ai/v1",
        forms=(r"[A-Za-z0-9]{32}",),
        prefers=("mistral-small-latest", "mistral-medium-latest", "mistral"),
        keys_at="https://console.mistral.ai/api-keys",
    ),
    Provider(
        id="groq",
        name="Groq",
        base_url="https://api.groq.com/openai/v1",
        forms=(r"gsk_[A-Za-z0-9]{20,}",),
        prefers=("openai/gpt-oss-120b", "llama-3.3-70b", "llama"),
        keys_at="https://console.groq.com/keys",
    ),
    Provider(
        id="openrouter",
        name="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        forms=(r"sk-or-v1-[\w-]{20,}",),
        prefers=("openai/gpt-5-mini", "openrouter/auto"),
        keys_at="https://openrouter.ai/settings/keys",
        lists_to_anybody=True,
        proves_at="/key",
    ),
    Provider(
        id="deepseek",
        name="DeepSeek",
        base_url="https://api.deepseek.com/v1",
        forms=(r"sk-[0-9a-f]{32}",),
        prefers=("deepseek-chat",),
        keys_at="https://platform.deepseek.com/api_keys",
    ),
    Provider(
        id="qwen",
        name="Qwen (Alibaba Model Studio)",
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        forms=(r"sk-[0-9a-f]{32}",),
        prefers=("qwen-plus", "qwen"),
        keys_at="https://modelstudio.console.alibabacloud.com/?tab=dashboard#/api-key",
    ),
    Provider(
        id="moonshot",
        name="Moonshot (Kimi)",
        base_url="https://api.moonshot.ai/v1",
        forms=(r"sk-[A-Za-z0-9]{48}",),
        prefers=("kimi-k2", "kimi", "moonshot"),
        keys_at="https://platform.moonshot.ai/console/api-keys",
    ),
    Provider(
        id="xai",
        name="xAI",
        base_url="https://api.x.ai/v1",
        forms=(r"xai-[A-Za-z0-9]{20,}",),
        prefers=("grok-4-fast", "grok"),
        keys_at="https://console.x.ai",
    ),
    Provider(
        id="together",
        name="Together AI",
        base_url="https://api.together.xyz/v1",
        forms=(r"tgp_v1_[\w-]{20,}", r"[0-9a-f]{64}"),
        prefers=("meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/"),
        keys_at="https://api.together.ai/settings/api-keys",
    ),
    Provider(
        id="fireworks",
        name="Fireworks AI",
        base_url="https://api.fireworks.ai/inference/v1",
        forms=(r"fw_[A-Za-z0-9]{20,}",),
        prefers=("accounts/fireworks/models/",),
        keys_at="https://app.fireworks.ai/settings/users/api-keys",
    ),
    Provider(
        id="cerebras",
        name="Cerebras",
        base_url="https://api.cerebras.ai/v1",
        forms=(r"csk-[a-z0-9]{20,}",),
        prefers=("gpt-oss-120b", "llama"),
        keys_at="https://cloud.cerebras.ai",
    ),
    Provider(
        id="nvidia",
        name="NVIDIA",
        base_url="https://integrate.api.nvidia.com/v1",
        forms=(r"nvapi-[\w-]{20,}",),
        prefers=("meta/llama-3.3-70b-instruct", "meta/"),
        keys_at="https://build.nvidia.com/settings/api-keys",
        lists_to_anybody=True,
    ),
    Provider(
        id="huggingface",
        name="Hugging Face",
        base_url="https://router.huggingface.co/v1",
        forms=(r"hf_[A-Za-z0-9]{20,}",),
        prefers=("openai/gpt-oss-120b", "meta-llama/"),
        keys_at="https://huggingface.co/settings/tokens",
        lists_to_anybody=True,
    ),
)
PROVIDERS: dict[str, Provider] = {provider.id: provider for provider in _ALL}


def whose(key: str) -> list[Provider]:
    """Whose key it may be, by its form alone."""
    return [provider for provider in _ALL if provider.may_be(key)]


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A model server that people run on their own machine."""

    id: str
    name: str
    base_url: str


LOCAL_SERVERS = (
    LocalServer("ollama", "Ollama", "http://127.0.0.1:11434/v1"),
    LocalServer("vllm", "vLLM", "http://127.0.0.1:8000/v1"),
    LocalServer("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1"),
)
