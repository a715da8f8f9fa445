"""The model's endpoint: that it answers, takes our key and has our model."""

import os
from typing import Any

import httpx2
from shared.config import settings
from shared.errors import ConfigError

from konstruct.doctor.asking import get

PROVIDERS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
}


async def takes_our_key() -> str:
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    name = settings.llm_model
    if settings.llm_base_url is not None:
        url = settings.llm_base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {key or 'none'}"}
    else:
        provider, _, name = name.partition(":")
        if provider not in PROVIDERS or not name:
            raise ConfigError(
                f"'{settings.llm_model}' names no model. Set KONSTRUCT_LLM_MODEL to one like "
                "openai:gpt-5-mini, or KONSTRUCT_LLM_BASE_URL to an OpenAI-compatible endpoint."
            )
        url, variable = PROVIDERS[provider]
        key = key or os.environ.get(variable)
        if not key:
            raise ConfigError(f"No key is set: set KONSTRUCT_LLM_API_KEY or {variable}.")
        headers = {
            "Authorization": f"Bearer {key}",
            "x-api-key": key,
            "anthropic-version": "2023-06-01",
        }
    answer = await get(
        f"{url}/models",
        f"Nothing answers at {url}. See that KONSTRUCT_LLM_BASE_URL is right.",
        headers=headers,
    )
    if answer.status_code in (401, 403):
        raise ConfigError(f"{url} refuses the key. See that KONSTRUCT_LLM_API_KEY is right.")
    known = _model_names(answer)
    if known and name not in known:
        few = ", ".join(sorted(known)[:5])
        raise ConfigError(f"{url} has no model '{name}'. It has: {few}. Set KONSTRUCT_LLM_MODEL.")
    return f"{url} answers, and takes the key for {name}."


def _model_names(answer: httpx2.Response) -> set[str]:
    """Empty for an endpoint that does not tell: not all do."""
    try:
        listed: Any = answer.json()
        return {str(model["id"]) for model in listed["data"]}
    except (ValueError, KeyError, TypeError):
        return set()
