"""Answers over the whole seam, read directly and by an agent: a model on a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from unittest.mock import MagicMock
from uuid import uuid4

import pytest
from orchestrator.llm import (
    AgentDeps,
    AnswerLimits,
    ModelFailure,
    ModelRegistry,
    Prompt,
    Turn,
    Usage,
    open_answer,
)
from orchestrator.llm.direct import DirectAnswer
from orchestrator.llm.endpoint import Connections, Endpoint
from orchestrator.scripted_model import ScriptedModel
from pydantic_ai.models import Model
from pydantic_ai.models.wrapper import WrapperModel

DEPS = AgentDeps(tenant_id=uuid4(), agent_id=uuid4(), thread_id="t")
LIMITS = AnswerLimits(max_answer_chars=5_000)


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as model:
        yield model


@pytest.fixture(params=["read directly", "by an agent"])
async def model(scripted: ScriptedModel, request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    """Both ways an answer is read keep the same promises. A wrapped model is no endpoint."""
    registry = ModelRegistry(
        model="m", base_url=scripted.base_url, api_key="sk-secret", window_s=0.005
    )
    model = registry.resolve()
    yield model if request.param == "read directly" else WrapperModel(model)
    await registry.aclose()


async def ask(model: Model, text: str, limits: AnswerLimits = LIMITS, *history: Turn) -> list[str]:
    prompt = Prompt("Be kind.", history, text)
    async with open_answer(model, prompt, DEPS, limits) as answer:
        return [piece async for piece in answer]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 (the server has no event to wait for)
            await asyncio.sleep(0)


async def test_the_answer_comes_whole_and_in_order(model: Model) -> None:
    text = "".join(f"{i} ünï🙂 \\u00e9 " for i in range(100))
    said = text.replace("\\", "\\\\")
    pieces = await ask(model, f'[[model: text="{said}" pieces=150 rate=2000]]')
    assert "".join(pieces) == text
    assert 1 < len(pieces) < 150
    assert all(pieces)


async def test_usage_and_the_reason_to_stop(model: Model) -> None:
    limits = replace(LIMITS, max_answer_tokens=3)
    async with open_answer(
        model, Prompt("Be kind.", [], "[[model: tokens=9]]"), DEPS, limits
    ) as it:
        assert it.usage == Usage()
        assert "".join([piece async for piece in it]) == "the order left "
    assert it.usage == Usage(input_tokens=4, output_tokens=3)
    assert it.finish_reason == "length"


async def test_the_model_sees_who_said_what(model: Model, scripted: ScriptedModel) -> None:
    history = [
        Turn("assistant", "Anything else?"),
        Turn("user", "Hi"),
        Turn("assistant", "Hello"),
        Turn("user", "Sorry, again:"),
    ]
    said = "echo: Sorry, again:\n\nWhere is it? (history: 2)"
    assert await ask(model, "Where is it?", LIMITS, *history) == [said]
    (request,) = scripted.records.requests()
    assert [(m["role"], m["content"]) for m in request["messages"]] == [
        ("system", "Be kind."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Sorry, again:\n\nWhere is it?"),
    ]
    assert request["authorization"]


FAILURES = {
    "fail=401": "model_key_refused",
    "fail=403": "model_key_refused",
    "fail=404": "model_unknown",
    "fail=400": "model_rejected",
    "fail=429": "model_busy",
    "fail=500": "model_broken",
    "fail=503": "model_broken",
    "fail=refuse": "model_unreachable",
    "delay=60": "model_silent",
    "fail=hang": "model_silent",
    "fail=hang after=1": "model_stalled",
    "fail=cut": "model_unreachable",
    "fail=cut after=1 rate=1000": "model_cut",
    "fail=garbage": "model_garbage",
    "fail=garbage after=1": "model_garbage",
    "fail=error after=1": "model_broken",
    "fail=empty": "model_empty",
    'text=" "': "model_empty",
    "fail=endless": "model_endless",
    "fail=endless rate=5000": "model_endless",
}


@pytest.mark.parametrize(("script", "code"), FAILURES.items())
async def test_each_failure_has_its_name(
    model: Model, scripted: ScriptedModel, script: str, code: str
) -> None:
    impatience = {"model_silent": "first_byte_s", "model_stalled": "between_pieces_s"}
    limits = replace(LIMITS, **{impatience[code]: 0.5}) if code in impatience else LIMITS
    async with asyncio.timeout(10):
        with pytest.raises(ModelFailure) as raised:
            await ask(model, f"[[model: {script}]]", limits)
    assert raised.value.code == code
    for secret in ("sk-secret", "127.0.0.1", "http", "scripted"):
        assert secret not in str(raised.value)
    assert scripted.records.stats.requests == 1, "nothing is tried twice here"
    await until(lambda: scripted.records.stats.active == 0)


async def test_nobody_listens() -> None:
    async with ScriptedModel() as gone:
        url = gone.base_url
    registry = ModelRegistry(model="m", base_url=url)
    with pytest.raises(ModelFailure) as raised:
        await ask(registry.resolve(), "hi")
    assert raised.value.code == "model_unreachable"
    await registry.aclose()


async def test_an_answer_that_never_ends_within_its_time(model: Model) -> None:
    limits = replace(LIMITS, overall_s=0.3)
    with pytest.raises(ModelFailure) as raised:
        await ask(model, "[[model: fail=endless rate=50]]", limits)
    assert raised.value.code == "model_too_slow"


async def test_its_time_is_over_also_when_there_is_always_more_to_read() -> None:
    """As from a model that never pauses: what is here already is taken without a timer."""
    answer = DirectAnswer(
        Connections(lambda: 0.0),
        Endpoint("http://127.0.0.1", "", "m", "max_tokens"),
        Prompt("", [], "hi"),
        replace(LIMITS, overall_s=0.0),
    )
    content = MagicMock(**{"read_nowait.return_value": b"data: {}\n"})
    content.readany = asyncio.Event().wait
    answer._reader._response = MagicMock(content=content)
    with pytest.raises(ModelFailure) as raised:
        await answer._read()
    assert raised.value.code == "model_too_slow"


async def test_a_failure_can_be_the_only_one(model: Model) -> None:
    with pytest.raises(ModelFailure):
        await ask(model, '[[model: text="ok" fail=500 once=k]]')
    assert await ask(model, '[[model: text="ok" fail=500 once=k]]') == ["ok"]


async def test_cancelling_hangs_up_on_the_model(model: Model, scripted: ScriptedModel) -> None:
    first = asyncio.Event()

    async def listen() -> None:
        prompt = Prompt("", [], "[[model: fail=endless rate=100]]")
        async with open_answer(model, prompt, DEPS) as answer:
            async for _ in answer:
                first.set()

    listening = asyncio.create_task(listen())
    await first.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await until(lambda: scripted.records.stats.cancelled == 1)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("pieces", [0, 1])
async def test_leaving_early_hangs_up_too(
    model: Model, scripted: ScriptedModel, pieces: int
) -> None:
    prompt = Prompt("", [], "[[model: fail=endless rate=100]]")
    async with open_answer(model, prompt, DEPS) as answer:
        for _ in range(pieces):
            await anext(aiter(answer))
    await until(lambda: scripted.records.stats.cancelled == pieces)
    assert scripted.records.stats.active == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_hundred_answers_do_not_wait_for_each_other(
    model: Model, scripted: ScriptedModel
) -> None:
    """httpx2's own limit is a hundred connections."""
    limits = AnswerLimits(first_byte_s=30, between_pieces_s=30)
    everyone = asyncio.Event()

    async def listen() -> None:
        prompt = Prompt("", [], "[[model: fail=hang after=1]]")
        async with open_answer(model, prompt, DEPS, limits) as answer:
            await anext(aiter(answer))
            await everyone.wait()

    listening = [asyncio.create_task(listen()) for _ in range(101)]
    await until(lambda: scripted.records.stats.active == 101)
    everyone.set()
    await asyncio.gather(*listening)
