"""Settings of the default model, used by every agent that names no other."""

from pydantic import ValidationInfo, field_validator

from shared.config.kinds import CheckedSettings, HttpUrl, SentKey, named, reads, wrong

PROVIDERS = ("openai", "anthropic")
"""Providers whose models need no base URL: `provider:name`."""


class ModelSettings(CheckedSettings):
    """The default model, and the limits of an answer."""

    model_config = reads("LLM_")

    base_url: HttpUrl | None = None
    api_key: SentKey | None = None
    name: str = named("LLM_MODEL", "openai:gpt-5-mini")
    """With a base URL, the model's name at that endpoint; without, `provider:name`."""
    practice: bool = False
    """Whether the model is the practice model of `konstruct up`. People are told so."""
    context_tokens: int = 8_000
    max_answer_tokens: int = 1_024
    first_byte_timeout_s: float = 60.0
    between_pieces_timeout_s: float = 30.0
    max_answer_chars: int = 64_000
    """An answer longer than this is cut, so that a model that never stops cannot fill the
    memory."""
    max_requests: int = 8
    """Requests to the model in one answer, when it calls tools."""

    @field_validator("name")
    @classmethod
    def _can_be_asked(cls, model: str, info: ValidationInfo) -> str:
        provider, _, name = model.partition(":")
        # If the base URL itself is wrong, only that is reported.
        if info.data.get("base_url", "") is None and not (provider in PROVIDERS and name):
            raise wrong(
                f"'{model}' names no model. Set it to one like openai:gpt-5-mini, or "
                "KONSTRUCT_LLM_BASE_URL to the OpenAI-compatible endpoint that has it"
            )
        return model
