"""`konstruct doctor` asks the model as a worker does, and says what is wrong and what to set."""

import pytest
from konstruct.doctor import model
from orchestrator.scripted_model import Script, ScriptedModel
from pydantic import SecretStr
from shared.config import settings
from shared.errors import ConfigError

KEY = "sk-secret-4711"


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(settings.model, "name", "scripted")
    monkeypatch.setattr(settings.model, "api_key", SecretStr(KEY))
    return monkeypatch


WELL = [
    Script(text="OK"),
    Script(text="<think>Hm</think>OK", dialect="cr,parts"),
    Script(text="OK", refuses="max_tokens,stream_options,system"),
    Script(text="OK", dialect="whole"),
]


@pytest.mark.parametrize("script", WELL)
async def test_what_a_worker_can_use_is_well(
    configured: pytest.MonkeyPatch, script: Script
) -> None:
    async with ScriptedModel(script, api_key=KEY) as served:
        configured.setattr(settings.model, "base_url", served.base_url)
        told = await model.answers()
    assert told.startswith("scripted at http")
    assert "answers: “OK”" in told


WRONG = [
    (Script(fail="401", body=f'{{"error":"bad key {KEY}"}}'), ["401: ", "KONSTRUCT_LLM_API_KEY"]),
    (Script(fail="404", body="404 page not found"), ["page not found", "KONSTRUCT_LLM_BASE_URL"]),
    (Script(fail="404"), ["scripted failure 404", "KONSTRUCT_LLM_MODEL", "It has: scripted."]),
    (Script(fail="page"), ["KONSTRUCT_LLM_BASE_URL", "/v1"]),
    (Script(fail="301"), ["KONSTRUCT_LLM_BASE_URL"]),
    (Script(fail="402"), ["scripted failure 402", "credit"]),
    (Script(fail="error", body='{"error":{"message":"no GPU"}}'), ["no GPU"]),
    (Script(text="<think>Hm", finish="length"), ["KONSTRUCT_LLM_MAX_ANSWER_TOKENS"]),
    (Script(fail="empty"), ["empty answer"]),
    (Script(fail="cut", after=1, text="one two"), ["broke"]),
]


@pytest.mark.parametrize(("script", "words"), WRONG)
async def test_what_a_worker_cannot_use_is_told(
    configured: pytest.MonkeyPatch, script: Script, words: list[str]
) -> None:
    async with ScriptedModel(script) as served:
        configured.setattr(settings.model, "base_url", served.base_url)
        with pytest.raises(ConfigError) as raised:
            await model.answers()
    for word in words:
        assert word in str(raised.value)
    assert KEY not in str(raised.value)


async def test_a_limit_used_up_is_told(configured: pytest.MonkeyPatch) -> None:
    async with ScriptedModel(Script(text="one two", finish="length")) as served:
        configured.setattr(settings.model, "base_url", served.base_url)
        assert "KONSTRUCT_LLM_MAX_ANSWER_TOKENS" in await model.answers()
