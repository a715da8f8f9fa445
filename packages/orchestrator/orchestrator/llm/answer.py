"""One answer of an agent, streamed: `open_answer` is the door to language models.

    async with open_answer(model, prompt, deps, limits) as answer:
        async for piece in answer:
            ...
    answer.usage

Pieces are non-empty text, in order; together they are the whole answer. It is complete if the loop
ends without an exception. Any misbehaviour of the model is raised as a `ModelFailure`, within the
bounds of `limits`. Leaving the block, or cancelling the task, closes the connection to the model at
once. Nothing is retried here: attempts belong to the run.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager

from pydantic_ai import Agent, ModelRequestNode, ModelSettings, UsageLimits
from pydantic_ai.agent import AgentRun
from pydantic_ai.messages import (
    AgentStreamEvent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_graph import End

from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.calls import Record, Tool
from orchestrator.llm.deps import AgentDeps
from orchestrator.llm.diagnosis import EXPECTED, diagnose
from orchestrator.llm.direct import DirectAnswer
from orchestrator.llm.failures import ModelFailure, ModelSilent, ModelStalled, ModelTooSlow
from orchestrator.llm.journal import Journal
from orchestrator.llm.models import EndpointModel
from orchestrator.llm.prompt import AnswerLimits, Prompt, Turn, Usage, as_providers_take_it
from orchestrator.llm.reply import check_answer
from orchestrator.llm.toolset import toolset_of

Run = AgentRun[AgentDeps, str]
Step = ModelRequestNode[AgentDeps, str]

DEFAULT_LIMITS = AnswerLimits()

# No output retries: an empty answer is told to the person, not silently asked for again.
_AGENT = Agent(deps_type=AgentDeps, name="konstruct", retries={"tools": 1, "output": 0})
BETWEEN_TEXTS = "\n\n"
"""Between text before a tool call and text after it."""


class AgentAnswer(AnswerStream):
    """An answer by pydantic-ai's agent: works with every provider, and with tools."""

    def __init__(
        self,
        model: Model,
        prompt: Prompt,
        deps: AgentDeps,
        limits: AnswerLimits,
        tools: Sequence[Tool],
        record: Record | None,
    ) -> None:
        super().__init__(limits)
        self._model = model
        self._prompt = prompt
        self._deps = deps
        self._tools = tools
        self._journal = Journal(record, tools) if record is not None else None
        self._run: AgentRun[AgentDeps, str] | None = None

    @property
    def usage(self) -> Usage:
        if self._run is None:
            return Usage()
        used = self._run.usage
        return Usage(used.input_tokens, used.output_tokens)

    async def _speak(self) -> AsyncGenerator[str, None]:
        try:
            async with self._open_run() as run:
                self._run = run
                for text in self._journal.said() if self._journal else ():
                    yield self._joined(text)
                step = run.next_node
                while not isinstance(step, End):
                    if Agent.is_model_request_node(step):
                        async with aclosing(self._one_response(step, run)) as pieces:
                            async for piece in pieces:
                                yield piece
                    elif Agent.is_call_tools_node(step) and self._journal:
                        await self._journal.keep(step.model_response)
                    step = await self._within(self._limits.overall_s, ModelTooSlow, run.next(step))
        except EXPECTED as error:
            raise diagnose(error, began=self._began) from error

    def _open_run(self) -> AbstractAsyncContextManager[AgentRun[AgentDeps, str]]:
        """A run that goes on has no prompt: its history ends with the response whose calls it
        carries out first."""
        journal, prompt = self._journal, self._prompt
        history = [_message(turn) for turn in prompt.history]
        goes_on = journal is not None and journal.goes_on
        if journal is not None and goes_on:
            history += [_message(Turn("user", prompt.text)), *journal.history]
        return _AGENT.iter(
            None if goes_on else prompt.text,
            model=self._model,
            instructions=prompt.instructions or None,
            message_history=history,
            deps=self._deps,
            model_settings=ModelSettings(max_tokens=self._limits.max_answer_tokens),
            usage_limits=UsageLimits(
                request_limit=self._limits.max_requests,
                tool_calls_limit=self._limits.max_tool_calls,
            ),
            usage=journal.usage if journal is not None else None,
            toolsets=[toolset_of(self._tools)] if self._tools else [],
            capabilities=[journal] if journal is not None else [],
        )

    async def _one_response(self, step: Step, run: Run) -> AsyncGenerator[str, None]:
        """The text of one response. A run has several when the model calls tools."""
        limits, begun = self._limits, False
        self._began = False
        async with AsyncExitStack() as opened:
            opening = opened.enter_async_context(step.stream(run.ctx))
            stream = await self._within(limits.first_byte_s, ModelSilent, opening)
            events = aiter(stream)
            patience = limits.first_byte_s
            failure: type[ModelFailure] = ModelSilent
            while (event := await self._within(patience, failure, anext(events, None))) is not None:
                self._began = True
                patience, failure = limits.between_pieces_s, ModelStalled
                if text := _text_of(event):
                    yield self._counted(text) if begun else self._joined(text)
                    begun = True
            self._check(stream.response)

    def _joined(self, text: str) -> str:
        """The first text of a response, behind what was said before."""
        return self._counted(BETWEEN_TEXTS + text if self._chars else text)

    def _check(self, response: ModelResponse) -> None:
        self.finish_reason = response.finish_reason
        check_answer(
            response.finish_reason,
            says_something=bool((response.text or "").strip()),
            calls_something=bool(response.tool_calls),
        )


def _text_of(event: AgentStreamEvent) -> str:
    match event:
        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
        case PartStartEvent(part=TextPart(content=text)):
            return text
        case _:
            return ""


def _message(turn: Turn) -> ModelMessage:
    if turn.role == "user":
        return ModelRequest(parts=[UserPromptPart(turn.content)])
    return ModelResponse(parts=[TextPart(turn.content)])


@asynccontextmanager
async def open_answer(
    model: Model,
    prompt: Prompt,
    deps: AgentDeps,
    limits: AnswerLimits = DEFAULT_LIMITS,
    tools: Sequence[Tool] = (),
    record: Record | None = None,
) -> AsyncIterator[AnswerStream]:
    """Ask `model`. The request is sent when the stream is first iterated.

    With no record of calls to keep, which tools need, a model that has an endpoint of OpenAI's
    protocol is read directly. A record that has steps is gone on with. Raises `RunLost`, while it
    is iterated, if the record does.
    """
    prompt = as_providers_take_it(prompt)
    stream: AnswerStream
    if isinstance(model, EndpointModel) and record is None:
        stream = DirectAnswer(model.connections, model.endpoint, prompt, limits)
    else:
        stream = AgentAnswer(model, prompt, deps, limits, tools, record)
    try:
        yield stream
    finally:
        await stream.aclose()
