"""An answer with tools over the whole seam: the scripted model calls, a journal keeps."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from orchestrator.llm import (
    Act,
    AgentDeps,
    AnswerLimits,
    ModelFailure,
    ModelRegistry,
    Prompt,
    RunContext,
    RunLost,
    Told,
    Tool,
    ToolRefused,
    Usage,
    WantedCall,
    open_answer,
)
from orchestrator.scripted_model import ScriptedModel
from orchestrator.tools import registry
from pydantic_ai.models import Model
from shared.agents.tools import BUILT_IN, SCRIPTED
from shared.runs.effects import call_id
from shared.runs.steps import Step, StoredCall

DEPS = AgentDeps(tenant_id=uuid4(), agent_id=uuid4(), thread_id="t", person_id="anna")
LIMITS = AnswerLimits()


class Kept:
    """A journal in memory, in which every call is `read`."""

    def __init__(self, before: Sequence[Step] = ()) -> None:
        self.run_id: UUID = uuid4()
        self.steps: list[Step] = list(before)
        self.stored: list[Step] = list(before)
        self.acted: list[str] = []
        self.refused: list[str] = []

    async def store(
        self, message: dict[str, Any], format_: int, usage: Usage, wanted: Sequence[WantedCall]
    ) -> list[StoredCall]:
        n = len(self.stored) + 1
        calls = [
            StoredCall(
                call_id(self.run_id, n, idx),
                call.provider_call_id,
                call.tool,
                "read",
                "planned",
                1,
                None,
                is_error=False,
            )
            for idx, call in enumerate(wanted)
        ]
        self.stored.append(
            Step(n, message, format_, usage.input_tokens, usage.output_tokens, calls)
        )
        return calls

    async def carry_out(self, call: StoredCall, act: Act) -> Told:
        if call.state != "planned":
            return Told(call.result, call.is_error)
        self.acted.append(call.tool)
        try:
            told = Told(await act())
        except ToolRefused as refused:
            told = Told(str(refused), is_error=True)
        step = self.stored[-1]
        state = "failed" if told.is_error else "done"
        step.calls[step.calls.index(call)] = replace(
            call, state=state, result=told.value, is_error=told.is_error
        )
        return told

    async def refuse(self, call: StoredCall, why: str) -> None:
        self.refused.append(call.tool)


async def look(ctx: RunContext[AgentDeps], number: int = 7) -> str:
    """Look an order up."""
    return f"{number} of {ctx.deps.person_id} is on its way"


async def refuse(ctx: RunContext[AgentDeps]) -> str:
    """Never does anything."""
    raise ToolRefused("closed today")


TOOLS = [Tool("look", "looks", "read", look), Tool("refuse", "refuses", "read", refuse)]


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as model:
        yield model


@pytest.fixture
async def model(scripted: ScriptedModel) -> AsyncIterator[Model]:
    registry = ModelRegistry(model="m", base_url=scripted.base_url, window_s=0.005)
    yield registry.resolve()
    await registry.aclose()


async def ask(
    model: Model, text: str, kept: Kept, tools: list[Tool] = TOOLS, limits: AnswerLimits = LIMITS
) -> tuple[str, Usage]:
    async with open_answer(model, Prompt("Be kind.", [], text), DEPS, limits, tools, kept) as it:
        said = "".join([piece async for piece in it])
        return said, it.usage


@pytest.mark.parametrize(
    "dialect", ["", "crlf", "noindex", "wholecalls", "noindex,wholecalls", "sameid", "whole"]
)
async def test_calls_are_kept_and_then_carried_out(
    model: Model, scripted: ScriptedModel, dialect: str
) -> None:
    kept = Kept()
    calls = 'calls="look + look {\\"number\\": 8}, look {\\"number\\": 9}" before="Let me look."'
    odd = f" dialect={dialect}" if dialect else ""
    said, usage = await ask(model, f'[[model: {calls} text="So: {{results}}."{odd}]] where?', kept)
    assert said == (
        "Let me look.\n\nLet me look.\n\nSo: 7 of anna is on its way; 8 of anna is on its way; "
        "9 of anna is on its way."
    )
    assert kept.acted == ["look"] * 3
    assert [len(step.calls) for step in kept.stored] == [2, 1]
    assert scripted.records.stats.requests == 3
    assert usage.output_tokens > 0
    first = scripted.records.requests()[1]["messages"]
    assert [message["role"] for message in first] == ["system", "user", "assistant"] + ["tool"] * 2
    ids = [message["tool_call_id"] for message in first[-2:]]
    assert ids == [call["id"] for call in first[2]["tool_calls"]]
    assert len(set(ids)) == 2, "whatever the provider calls them"


async def test_a_run_is_gone_on_with_from_what_was_kept(
    model: Model, scripted: ScriptedModel
) -> None:
    """The first attempt ended when one of two calls was done."""
    text = '[[model: calls="look + look {\\"number\\": 8}, look" before="Let me look."]] where?'
    first = Kept()
    whole, used = await ask(model, text, first)
    steps = first.stored[:1]
    undone = replace(steps[0].calls[1], state="planned", result=None)
    left = replace(steps[0], calls=[steps[0].calls[0], undone])
    asked = scripted.records.stats.requests

    second = Kept([left])
    said, usage = await ask(model, text, second)

    assert said == whole
    assert usage == used, "what the attempt before has used counts"
    assert second.acted == ["look", "look"], "the undone one, and that of the next response"
    assert scripted.records.stats.requests == asked + 2
    requests = scripted.records.requests()
    assert requests[1]["messages"] == requests[asked]["messages"]


async def test_a_tool_that_did_nothing_tells_the_model_why(
    model: Model, scripted: ScriptedModel
) -> None:
    said, _ = await ask(model, '[[model: calls="refuse"]] please', Kept())
    assert "closed today" in said


@pytest.mark.parametrize("calls", ["fly", 'look {\\"number\\": \\"many\\"}'])
async def test_what_cannot_be_carried_out_is_told_and_not_done(
    model: Model, scripted: ScriptedModel, calls: str
) -> None:
    kept = Kept()
    said, _ = await ask(model, f'[[model: calls="{calls}"]] please', kept)
    assert said.startswith("echo: please")
    assert kept.acted == []
    assert kept.refused == (["look"] if "look" in calls else [])


async def test_a_model_that_never_stops_calling_is_stopped(model: Model) -> None:
    limits = AnswerLimits(max_requests=3)
    with pytest.raises(ModelFailure) as raised:
        await ask(model, f'[[model: calls="{", ".join(["look"] * 5)}"]] go', Kept(), limits=limits)
    assert raised.value.code == "model_endless"


async def test_a_run_that_is_lost_ends_the_answer(model: Model) -> None:
    class Lost(Kept):
        async def carry_out(self, call: StoredCall, act: Act) -> Told:
            raise RunLost

    with pytest.raises(RunLost):
        await ask(model, '[[model: calls="look + look"]] please', Lost())


def test_what_an_employee_can_be_given_is_what_can_be_carried_out() -> None:
    assert registry._ALL.keys() == {*BUILT_IN, *SCRIPTED}
