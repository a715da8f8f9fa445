"""Checks the model: asks it as a worker does, and judges its answer in the same way."""

from uuid import UUID

from orchestrator.llm import (
    AgentDeps,
    AnswerLimits,
    ModelFailure,
    ModelRegistry,
    Prompt,
    open_answer,
)
from shared.config import settings
from shared.errors import ConfigError, KonstructError

from konstruct.doctor.asking import get
from konstruct.doctor.looking import LOOK_WITHIN_S

WITHIN_S = LOOK_WITHIN_S - 1
NOBODY = UUID(int=0)
SHOWN_CHARS = 300
SETTINGS = {  # for failures whose own sentence names no setting
    "model_unreachable": "Nothing answers there. See that KONSTRUCT_LLM_BASE_URL is right.",
    "model_too_long": "Set KONSTRUCT_LLM_CONTEXT_TOKENS to what it can read.",
    "model_silent": f"It said nothing within {WITHIN_S:.0f} seconds.",
}


async def answers() -> str:
    """Ask the model. Raises ConfigError with what is wrong, the provider's words, and what to
    set."""
    key = settings.model.api_key.get_secret_value() if settings.model.api_key else None
    models = ModelRegistry(model=settings.model.name, base_url=settings.model.base_url, api_key=key)
    try:
        said, finish = await _asked(models)
    except ModelFailure as failure:
        models.explain(failure)
        raise ConfigError(await _what_is_wrong(failure, key)) from failure
    finally:
        await models.aclose()
    if finish == "length":
        return (
            f"{_where()} answers, but used up its limit for a greeting. See whether "
            "KONSTRUCT_LLM_MAX_ANSWER_TOKENS is large enough."
        )
    return f"{_where()} answers: “{_one_line(said)[:60]}”"


async def _asked(models: ModelRegistry) -> tuple[str, str | None]:
    """The answer to a greeting, and how it ended; from a slow model, the text so far."""
    prompt = Prompt("You answer in one word.", [], "Say OK.")
    limits = AnswerLimits(
        first_byte_s=WITHIN_S,
        between_pieces_s=WITHIN_S,
        overall_s=WITHIN_S,
        max_answer_tokens=settings.model.max_answer_tokens,
        max_answer_chars=settings.model.max_answer_chars,
    )
    said, deps = "", AgentDeps(NOBODY, NOBODY, "")
    async with open_answer(models.resolve(), prompt, deps, limits) as answer:
        try:
            async for piece in answer:
                said += piece
        except ModelFailure as failure:
            if failure.code != "model_too_slow" or not said:
                raise
        return said, answer.finish_reason


async def _what_is_wrong(failure: ModelFailure, key: str | None) -> str:
    if failure.code == "model_too_slow":  # before any text came
        return f"{_where()}: {SETTINGS['model_silent']}"
    words = [f"{_where()}: {failure.message}"]
    if failure.said is not None:
        told = _one_line(failure.said.text)[:SHOWN_CHARS]
        words.append(f"It said {failure.said.status}{f': {told}' if told else ''}.")
    if failure.code in SETTINGS:
        words.append(SETTINGS[failure.code])
    if failure.code == "model_unknown" and (names := await _model_names(key)):
        words.append(f"It has: {', '.join(names[:5])}.")
    return " ".join(words)


async def _model_names(key: str | None) -> list[str]:
    """The endpoint's models; empty if it does not list them, as some do not."""
    if settings.model.base_url is None:
        return []
    url = f"{settings.model.base_url.rstrip('/')}/models"
    try:
        answer = await get(url, "", headers={"Authorization": f"Bearer {key or 'none'}"})
        return sorted(str(model["id"]) for model in answer.json()["data"])
    except (KonstructError, ValueError, KeyError, TypeError):
        return []


def _where() -> str:
    if settings.model.base_url is None:
        return settings.model.name
    return f"{settings.model.name} at {settings.model.base_url}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
