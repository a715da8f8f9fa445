"""What is said of a model that failed: the setting that mends it, and who can set it."""

import re

import pytest
from orchestrator.llm import ModelFailure, ModelRegistry, failures, told
from orchestrator.llm.diagnosis import diagnose
from orchestrator.llm.failures import AGENTS_MODEL
from orchestrator.llm.refusals import refused
from pydantic_ai.exceptions import UsageLimitExceeded
from shared.config import variables

ENDPOINT = "http://127.0.0.1:9/v1"
NO_MODEL = b'{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}'

MENDED_BY = {
    "model_unreachable": "KONSTRUCT_LLM_BASE_URL",
    "model_not_there": "KONSTRUCT_LLM_BASE_URL",
    "model_moved": "KONSTRUCT_LLM_BASE_URL",
    "model_key_refused": "KONSTRUCT_LLM_API_KEY",
    "model_unknown": "KONSTRUCT_LLM_MODEL",
    "model_too_long": "KONSTRUCT_LLM_CONTEXT_TOKENS",
    "model_only_thought": "KONSTRUCT_LLM_MAX_ANSWER_TOKENS",
    "model_endless": "KONSTRUCT_LLM_MAX_ANSWER_CHARS",
    "model_silent": "KONSTRUCT_LLM_FIRST_BYTE_TIMEOUT_S",
    "model_stalled": "KONSTRUCT_LLM_BETWEEN_PIECES_TIMEOUT_S",
    "model_too_slow": "KONSTRUCT_RUN_DEADLINE_S",
    # What no setting of ours mends.
    "model_busy": None,
    "model_broken": None,
    "model_cut": None,
    "model_garbage": None,
    "model_empty": None,
    "model_rejected": None,
    "model_declined": None,
    "model_not_paid": None,
    "model_blocked_address": None,
    "model_key_unreadable": None,
    "model_not_chosen": None,
}
EVERY = sorted(ModelFailure.__subclasses__(), key=lambda failure: failure.code)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.code)
def test_the_log_names_the_setting_that_mends_a_failure(kind: type[ModelFailure]) -> None:
    failure = kind()
    ModelRegistry(model="local", base_url=ENDPOINT).explain(failure)
    setting = MENDED_BY[failure.code]
    assert told(failure) == ({"setting": setting} if setting else {})
    if setting:
        assert setting in {variable for variable, _, _ in variables()}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.code)
def test_a_sentence_sends_nobody_to_a_page_that_is_not_there(kind: type[ModelFailure]) -> None:
    sentence = kind().message
    assert not re.search("administrator|model settings|agent's settings", sentence)
    if "Whoever runs" in sentence and (setting := MENDED_BY[kind.code]):
        assert setting in sentence


DEFAULTS = {
    "endpoint": ("local", ENDPOINT, "k"),
    "openai": ("openai:gpt-5-mini", None, "k"),
    "openai, its own variable": ("openai:gpt-5-mini", None, None),
}


@pytest.mark.parametrize(
    ("default", "own", "setting"),
    [
        ("endpoint", None, "KONSTRUCT_LLM_API_KEY"),
        ("endpoint", "qwen3", "KONSTRUCT_LLM_API_KEY"),
        ("endpoint", "openai:gpt-5", "OPENAI_API_KEY"),
        ("endpoint", "anthropic:claude", "ANTHROPIC_API_KEY"),
        ("openai", None, "KONSTRUCT_LLM_API_KEY"),
        ("openai", "openai:gpt-5", "KONSTRUCT_LLM_API_KEY"),
        ("openai", "anthropic:claude", "ANTHROPIC_API_KEY"),
        ("openai, its own variable", None, "OPENAI_API_KEY"),
    ],
)
def test_a_refused_key_is_named_by_where_it_is_taken_from(
    default: str, own: str | None, setting: str
) -> None:
    failure = explained(refused(401, b"no", {}), default, own)
    assert failure.setting == setting
    assert f"Whoever runs Konstruct must check the key, {setting}." in failure.message


@pytest.mark.parametrize("default", DEFAULTS)
@pytest.mark.parametrize("own", [None, "", "openai:gpt-0"])
def test_an_unknown_model_is_the_agents_only_if_it_has_one(default: str, own: str | None) -> None:
    failure = explained(refused(404, NO_MODEL, {}), default, own)
    assert failure.code == "model_unknown"
    assert failure.setting == (AGENTS_MODEL if own else "KONSTRUCT_LLM_MODEL")
    assert ("agent's settings" in failure.message) == bool(own)
    assert ("KONSTRUCT_LLM_MODEL" in failure.message) == (not own)


@pytest.mark.parametrize(
    ("own", "setting"), [(None, "KONSTRUCT_LLM_BASE_URL"), ("openai:gpt-5", None)]
)
def test_the_base_url_mends_no_provider_of_its_own(own: str | None, setting: str | None) -> None:
    assert explained(failures.ModelUnreachable(), "endpoint", own).setting == setting


def test_too_many_turns_are_not_too_many_characters() -> None:
    failure = diagnose(UsageLimitExceeded("8 requests"), began=True)
    assert (failure.code, failure.setting) == ("model_endless", "KONSTRUCT_LLM_MAX_REQUESTS")


def explained(failure: ModelFailure, default: str, own: str | None) -> ModelFailure:
    model, base_url, key = DEFAULTS[default]
    ModelRegistry(model=model, base_url=base_url, api_key=key).explain(failure, own)
    return failure
