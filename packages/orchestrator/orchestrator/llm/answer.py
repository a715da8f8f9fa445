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
from pydantic_ai.toolsets import AbstractToolset
from pydantic_graph import End

from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.diagnosis import EXPECTED, diagnose
from orchestrator.llm.direct import DirectAnswer
from orchestrator.llm.failures import ModelFailure, ModelSilent, ModelStalled, ModelTooSlow
from orchestrator.llm.models import EndpointModel
from orchestrator.llm.prompt import (
    AgentDeps,
    AnswerLimits,
    Prompt,
    Turn,
    Usage,
    as_providers_take_it,
)
from orchestrator.llm.reply import check_answer

Run = AgentRun[AgentDeps, str]
Step = ModelRequestNode[AgentDeps, str]
Toolsets = Sequence[AbstractToolset[AgentDeps]]

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
        toolsets: Toolsets,
    ) -> None:
        super().__init__(limits)
        self._model = model
        self._prompt = prompt
        self._deps = deps
        self._toolsets = toolsets
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
                step = run.next_node
                while not isinstance(step, End):
                    if Agent.is_model_request_node(step):
                        async with aclosing(self._one_response(step, run)) as pieces:
                            async for piece in pieces:
                                yield piece
                    step = await self._within(self._limits.overall_s, ModelTooSlow, run.next(step))
        except EXPECTED as error:
            raise diagnose(error, began=self._began) from error

    def _open_run(self) -> AbstractAsyncContextManager[AgentRun[AgentDeps, str]]:
        return _AGENT.iter(
            self._prompt.text,
            model=self._model,
            instructions=self._prompt.instructions or None,
            message_history=[_message(turn) for turn in self._prompt.history],
            deps=self._deps,
            model_settings=ModelSettings(max_tokens=self._limits.max_answer_tokens),
            usage_limits=UsageLimits(request_limit=self._limits.max_requests),
            toolsets=self._toolsets,
        )

    async def _one_response(self, step: Step, run: Run) -> AsyncGenerator[str, None]:
        """The text of one response. A run has several when the model calls tools."""
        limits, before = self._limits, self._chars
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
                    joint = BETWEEN_TEXTS if before and before == self._chars else ""
                    yield self._counted(joint + text)
            self._check(stream.response)

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
    toolsets: Toolsets = (),
) -> AsyncIterator[AnswerStream]:
    """Ask `model`. The request is sent when the stream is first iterated.

    Without tools, a model at an endpoint of OpenAI's protocol is read directly, past pydantic-ai.
    """
    prompt = as_providers_take_it(prompt)
    stream: AnswerStream
    if isinstance(model, EndpointModel) and not toolsets:
        stream = DirectAnswer(model.connections, model.endpoint, prompt, limits)
    else:
        stream = AgentAnswer(model, prompt, deps, limits, toolsets)
    try:
        yield stream
    finally:
        await stream.aclose()
