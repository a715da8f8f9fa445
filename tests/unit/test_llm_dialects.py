"""Models that speak nearly OpenAI's protocol are understood, whichever way they are read."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from orchestrator.llm import ModelFailure, Prompt, Turn, Usage
from orchestrator.llm.refusals import retry_after_s
from orchestrator.scripted_model import ScriptedModel
from pydantic_ai.models import Model

from tests.support.models import KEY, WAYS, answer_of, model_at

TEXT = 'Grüße 日本 🙂 – "ok"\nund 👩‍👩‍👧 <b>5</b> ' * 3


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as model:
        yield model


@pytest.fixture(params=WAYS)
async def model(scripted: ScriptedModel, request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    async with model_at(scripted.base_url, request.param) as model:
        yield model


def directive(**how: object) -> str:
    return f"[[model: {' '.join(f'{name}={json.dumps(value)}' for name, value in how.items())}]]"


DIALECTS = [
    *("bom", "cr", "crlf", "lines", "tight", "parts", "halves", "bytes", "noreason", "nodone"),
    *("whole", "plain", "noindex", "bom,crlf,lines", "cr,lines,parts", "halves,cr,noreason"),
    *("bom,tight,bytes,plain", "cr,tight"),
]


@pytest.mark.parametrize("rate", [0, 2000])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_word_of_an_odd_stream_is_read(model: Model, dialect: str, rate: int) -> None:
    asked = directive(text=TEXT, pieces=40, rate=str(rate), dialect=dialect)
    said, answer = await answer_of(model, Prompt("Be kind.", [], asked))
    assert said == TEXT
    assert answer.finish_reason == "stop"
    assert answer.usage.output_tokens > 0


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_that_breaks_off_stays_a_failure(model: Model, dialect: str) -> None:
    asked = directive(text=TEXT, pieces=40, rate="2000", dialect=dialect, fail="cut", after="20")
    if "whole" in dialect:
        pytest.skip("one JSON object comes whole or not at all")
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("Be kind.", [], asked))
    assert raised.value.code == "model_cut"


ENDINGS = {
    "": "stop",
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
}


@pytest.mark.parametrize(("told", "reason"), ENDINGS.items())
async def test_why_it_stopped_by_any_name(model: Model, told: str, reason: str) -> None:
    asked = directive(text="Hello", **({"finish": told} if told else {}))
    said, answer = await answer_of(model, Prompt("", [], asked))
    assert (said, answer.finish_reason) == ("Hello", reason)


THOUGHTS = {
    "<think>Hm. 5 < 6</think>\n\nHello": "Hello",
    "\n<think>\n\n</think>\n\nHello": "Hello",
    "<THINKING>Hm</THINKING>Hello": "Hello",
    "Hello <think>Hm</think>World": "Hello World",
    "<think>a</think>One.<think>b</think> Two.": "One. Two.",
    "Write `<think>` and `</think>` around it.": "Write `<think>` and `</think>` around it.",
    "```\n<think>x</think>\n```\nlike so": "```\n<think>x</think>\n```\nlike so",
    "Say <think> or not": "Say <think> or not",
    "1 <t 2 < 3 <thin": "1 <t 2 < 3 <thin",
    "use List<String> and <b>": "use List<String> and <b>",
}


@pytest.mark.parametrize("pieces", [1, 7, 1000])
@pytest.mark.parametrize(("text", "said"), THOUGHTS.items())
async def test_what_is_only_thought_is_not_said(
    model: Model, text: str, said: str, pieces: int
) -> None:
    asked = directive(text=text, pieces=str(pieces))
    assert (await answer_of(model, Prompt("", [], asked)))[0] == said


@pytest.mark.parametrize("text", ["<think>one two three four five six", "<think>"])
async def test_a_limit_spent_on_thinking_says_so(model: Model, text: str) -> None:
    asked = directive(text=text, finish="length")
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("", [], asked))
    assert raised.value.code == "model_only_thought"
    assert raised.value.setting == "KONSTRUCT_LLM_MAX_ANSWER_TOKENS"
    assert "thinking" in str(raised.value)


USAGES = {
    '{"prompt_tokens": 3000000000, "completion_tokens": 5}': Usage(0, 5),
    '{"prompt_tokens": "7", "completion_tokens": 5.0}': Usage(7, 5),
    '{"prompt_tokens": -7, "completion_tokens": null}': Usage(),
    '{"prompt_tokens": [1], "completion_tokens": {"a": 1}}': Usage(),
    '"many"': Usage(),
    "[1, 2]": Usage(),
    '{"prompt_tokens": "many", "completion_tokens": 1e400}': Usage(),
    "{}": Usage(),
}


@pytest.mark.parametrize(("told", "usage"), USAGES.items())
async def test_a_count_that_is_none_costs_no_answer(model: Model, told: str, usage: Usage) -> None:
    asked = directive(text="Hello", usage=told)
    said, answer = await answer_of(model, Prompt("", [], asked))
    assert (said, answer.usage) == ("Hello", usage)


# ── asking ─────────────────────────────────────────────────────────────────────────────────────

REFUSES = {
    "max_tokens": {"max_completion_tokens", "stream_options"},
    "max_tokens,max_completion_tokens": {"stream_options"},
    "stream_options": {"max_tokens"},
    "stream_options,max_tokens,max_completion_tokens,system": set(),
    "system": {"max_tokens", "stream_options"},
    "turns": {"max_tokens", "stream_options"},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("refuses", "takes"), REFUSES.items())
async def test_what_an_endpoint_refuses_is_left_out_and_remembered(
    scripted: ScriptedModel, way: str, refuses: str, takes: set[str]
) -> None:
    asked = Prompt("Be kind.", [], directive(refuses=refuses) + " hello")
    async with model_at(scripted.base_url, way) as model:
        for _ in range(2):
            said, _answer = await answer_of(model, asked)
            assert "hello" in said
    *_, first, second = scripted.records.requests()
    for request in first, second:
        assert request.keys() - {"model", "messages", "stream", "authorization"} == takes
        if "system" in refuses:
            (message,) = request["messages"]
            assert message["content"].startswith("Be kind.\n\n")
    learned = len([name for name in refuses.split(",") if name != "turns"])
    assert len(scripted.records.requests()) == learned + 2


VAGUE = ["", '{"detail":[{"type":"extra_forbidden","msg":"Extra inputs are not permitted"}]}']


@pytest.mark.parametrize("body", VAGUE)
async def test_a_refusal_that_names_nothing_is_asked_once_more_with_nothing(
    model: Model, scripted: ScriptedModel, body: str
) -> None:
    asked = directive(fail="422", body=body, once="k", text="Hello")
    assert (await answer_of(model, Prompt("", [], asked)))[0] == "Hello"
    first, second = scripted.records.requests()
    assert first.keys() - second.keys() == {"max_tokens", "stream_options"}


HISTORIES = {
    "a failed one": [("user", "one")],
    "two failed ones": [("user", "one"), ("user", "two")],
    "cut after a question": [("assistant", "yes"), ("user", "one"), ("assistant", "no")],
    "stopped with nothing said": [("user", "one"), ("assistant", ""), ("user", "two")],
    "answered twice": [("user", "one"), ("assistant", "a"), ("assistant", "b")],
    "only an answer": [("assistant", "a")],
}


@pytest.mark.parametrize("history", HISTORIES)
async def test_what_goes_out_alternates_and_begins_with_the_user(
    model: Model, scripted: ScriptedModel, history: str
) -> None:
    turns = [Turn("user" if role == "user" else "assistant", t) for role, t in HISTORIES[history]]
    asked = directive(refuses="turns") + " hello"
    assert "hello" in (await answer_of(model, Prompt("Be kind.", turns, asked)))[0]
    (request,) = scripted.records.requests()
    told = " ".join(message["content"] for message in request["messages"])
    assert all(turn.content in told for turn in turns if turn.role == "user")


async def test_what_is_too_long_is_asked_again_with_half_of_its_history(
    model: Model, scripted: ScriptedModel
) -> None:
    turns = [Turn(("user", "assistant")[i % 2], f"said {i} " * 10) for i in range(20)]
    asked = Prompt("Be kind.", turns, directive(context="60", text="Hello") + " hello")
    assert (await answer_of(model, asked))[0] == "Hello"
    *_, last = scripted.records.requests()
    system, first, *_ = last["messages"]
    assert (system["role"], first["role"]) == ("system", "user")
    assert 0 < len(last["messages"]) - 1 < 21
    assert "said 19" in str(last["messages"])
    assert "said 1 " not in str(last["messages"])


IN_STREAM = {
    "maximum context length is 5 tokens": "messages",
    "Unrecognized request argument supplied: stream_options": "stream_options",
    "System role not supported": "system",
}


@pytest.mark.parametrize(("words", "what"), IN_STREAM.items())
async def test_a_request_may_be_refused_within_the_stream(
    model: Model, scripted: ScriptedModel, words: str, what: str
) -> None:
    body = json.dumps({"error": {"message": words, "code": 400}})
    turns = [Turn(("user", "assistant")[i % 2], f"said {i}") for i in range(4)]
    asked = directive(fail="error", body=body, once="k", text="Hello")
    assert (await answer_of(model, Prompt("Be kind.", turns, asked)))[0] == "Hello"
    first, second = scripted.records.requests()
    assert (what in first) == (what != "system")
    if what == "messages":
        assert len(second["messages"]) < len(first["messages"])
    elif what == "system":
        assert "system" not in {message["role"] for message in second["messages"]}
    else:
        assert what not in second


async def test_what_is_too_long_by_itself_says_so(model: Model) -> None:
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("", [], directive(context="3") + " one two three four"))
    assert raised.value.code == "model_too_long"
    assert "shorter message" in str(raised.value)


# ── refusals ───────────────────────────────────────────────────────────────────────────────────

REFUSALS = [
    ("402", '{"error": "Payment Required"}', "model_not_paid"),
    ("429", '{"error": {"code": "insufficient_quota"}}', "model_not_paid"),
    ("400", '{"error":{"message":"Your credit balance is too low"}}', "model_not_paid"),
    ("429", '{"error":{"message":"Rate limit reached. See billing"}}', "model_busy"),
    ("404", "404 page not found", "model_not_there"),
    ("404", '{"detail":"Not Found"}', "model_not_there"),
    ("404", '{"error":"Unexpected endpoint or method. (POST /x)"}', "model_not_there"),
    ("404", '{"error":{"message":"The model `m` does not exist"}}', "model_unknown"),
    ("400", '{"error":{"message":"m is not a valid model ID"}}', "model_unknown"),
    ("400", '[{"error":{"message":"API key not valid."}}]', "model_key_refused"),
    ("405", "", "model_not_there"),
    ("page", "<html>Hello</html>", "model_not_there"),
    ("301", "", "model_moved"),
    ("308", "", "model_moved"),
    ("413", "", "model_too_long"),
    ("error", '{"error":{"code":429,"message":"slow down"}}', "model_busy"),
    ("error", '{"error":{"type":"rate_limit_error"}}', "model_busy"),
    ("error", '{"error":{"type":"overloaded_error"}}', "model_busy"),
    ("error", '{"error":{"code":"insufficient_quota"}}', "model_not_paid"),
    ("error", '{"error":"something"}', "model_broken"),
    ("error", '{"object":"error","message":"no","code":401}', "model_key_refused"),
]


@pytest.mark.parametrize(("fail", "body", "code"), REFUSALS)
async def test_a_refusal_is_told_by_what_is_behind_it(
    model: Model, fail: str, body: str, code: str
) -> None:
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("", [], directive(fail=fail, body=body)))
    failure = raised.value
    assert failure.code == code
    assert failure.said is not None
    if fail != "error":
        assert body in failure.said.text


async def test_what_the_provider_said_is_kept_for_the_log_without_our_key(model: Model) -> None:
    body = f'{{"error": "bad key {KEY} in Bearer abcdefgh", "more": "{"x" * 3000}"}}'
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("", [], directive(fail="401", body=body)))
    said = raised.value.said
    assert said is not None
    assert (said.status, len(said.text)) == (401, 1024)
    assert "bad key" in said.text
    assert KEY not in said.text
    assert "abcdefgh" not in said.text


WAITS = {30: "30 seconds", 600: "10 minutes", 1: "1 second."}


@pytest.mark.parametrize("status", ["429", "503"])
@pytest.mark.parametrize(("seconds", "told"), WAITS.items())
async def test_when_to_come_again_is_told(
    model: Model, seconds: int, told: str, status: str
) -> None:
    with pytest.raises(ModelFailure) as raised:
        await answer_of(model, Prompt("", [], directive(fail=status, retry=str(seconds))))
    assert raised.value.retry_after_s == seconds
    assert told in str(raised.value)


def test_when_to_come_again_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    seconds = retry_after_s({"retry-after": soon})
    assert seconds is not None
    assert 50 <= seconds <= 60
    for odd in "", "soon", "nan", "-5", "1e999", "Mon, 99 Foo":
        told = retry_after_s({"retry-after": odd})
        assert told is None or 1 <= told <= 86_400
