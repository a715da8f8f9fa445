"""Texts are counted by their script, so that what is told fits into what a model can read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orchestrator.pipeline.context import build_prompt
from shared.agents import checks
from shared.config import settings
from shared.conversations.said_before import Said
from shared.conversations.turns.claiming import AgentAtWork
from shared.errors import BadRequest
from shared.model_tokens import tokens_at_most, tokens_of

AGENT = AgentAtWork(name="Ada", role="Support", instructions="Be kind.", model=None)
JAPANESE = "日本語の文章です。" * 150

# By what a tokenizer that knows few scripts makes of it: characters a token, at most.
CHARACTERS_A_TOKEN = {
    "The order left our warehouse this morning and will arrive on Friday. ": 3.6,
    "Grüße aus München, wir bestätigen Ihre Bestellung. ": 3.4,
    "日本語の文章です。": 1.0,
    "你好,请问多少钱?": 1.1,
    "안녕하세요 감사합니다 ": 1.2,
    "สวัสดีครับยินดีต้อนรับ": 1.0,
    "مرحبا كم السعر من فضلك ": 1.3,
    "नमस्ते आप कैसे हैं ": 1.3,
    "Добрый день сколько это стоит ": 2.3,
    "🙂🎉👍": 0.5,
    "𠮷野家": 1.0,
    base64.b64encode(bytes(range(256))).decode(): 1.5,
    "for (int i=0;i<10;i++){a[i]=b[i]*2;}": 2.0,
    '{"id":7,"a":[1,2,3],"ok":true}': 2.0,
}


@pytest.mark.parametrize(("text", "at_most"), CHARACTERS_A_TOKEN.items())
def test_no_script_is_counted_as_if_it_were_english(text: str, at_most: float) -> None:
    assert len(text * 20) / tokens_of(text * 20) <= at_most


@given(st.text() | st.sampled_from([*CHARACTERS_A_TOKEN]).map(lambda text: text * 20))
def test_what_is_found_quickly_is_never_too_few(text: str) -> None:
    assert tokens_at_most(text) >= tokens_of(text)


@pytest.mark.parametrize("text", [JAPANESE, "สวัสดี" * 200, "QUJD" * 400, "🙂" * 700])
def test_a_long_talk_in_any_script_fits(text: str) -> None:
    prompt = build_prompt(AGENT, [Said("user", text), Said("assistant", text)] * 10, text)
    told = prompt.instructions + prompt.text + "".join(turn.content for turn in prompt.history)
    assert 0 < len(prompt.history) < 20
    room = settings.model.context_tokens - settings.model.max_answer_tokens
    assert tokens_of(told) <= room


def test_thoughts_that_were_kept_are_not_told_again() -> None:
    said = [Said("user", "<think>"), Said("assistant", "<think>Hm</think>\n\nHello")]
    prompt = build_prompt(AGENT, said, "hi")
    assert [turn.content for turn in prompt.history] == ["Hello", "<think>"]


@pytest.mark.parametrize("text", ["日本語" * 3_000, "🙂" * 4_000, "QUJD" * 4_000])
def test_instructions_that_leave_no_room_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadRequest, match=r"about \d+ tokens long.*at most \d+.*Shorten them"):
        checks.checked({"instructions": text})


def test_instructions_as_long_as_promised_are_taken_in_plain_words() -> None:
    prose = ("You answer people kindly and briefly, and ask when something is unclear. " * 300)[
        : checks.MAX_INSTRUCTIONS_CHARS
    ]
    assert checks.checked({"instructions": prose})["instructions"]
