"""A run's journal, where pydantic-ai meets it: what is kept of a response, and how one goes on.

A response that calls tools is stored before any of them acts. Whoever goes on with the run hands
the model's history over up to the last response and no further: pydantic-ai then issues that
response's calls again, and here those are answered that are done. So the model is asked again only
for what was not stored of what it said.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from pydantic_ai import RunContext
from pydantic_ai.capabilities import (
    AbstractCapability,
    ValidatedToolArgs,
    WrapToolExecuteHandler,
)
from pydantic_ai.exceptions import ModelRetry, ToolFailed, ToolFailedError, ToolRetryError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.usage import RunUsage
from shared.runs.steps import Step, StoredCall

from orchestrator.llm.calls import Record, Tool, ToolRefused, WantedCall
from orchestrator.llm.deps import AgentDeps
from orchestrator.llm.prompt import Usage
from orchestrator.llm.toolset import definition_hash

FORMAT = 1
"""Of the messages stored: pydantic-ai's own JSON, as of its version 2."""


class UnknownFormat(ValueError):
    """A step that a newer version of ours has written."""


class Journal(AbstractCapability[AgentDeps]):
    """`Record`'s way into an agent's run."""

    def __init__(self, record: Record, tools: Sequence[Tool]) -> None:
        self._record = record
        self._hashes = {tool.name: definition_hash(tool) for tool in tools}
        self._responses = [_response(step) for step in record.steps]
        self._to_go_on_with = record.steps[-1] if record.steps else None
        self._calls: dict[str, StoredCall] = {}

    @property
    def goes_on(self) -> bool:
        """Whether an attempt before this one has left steps."""
        return bool(self._responses)

    @property
    def history(self) -> list[ModelMessage]:
        """What the model said and was told, up to its last response."""
        messages: list[ModelMessage] = []
        for step, response in zip(self._record.steps, self._responses, strict=True):
            messages.append(response)
            if step is not self._to_go_on_with:
                messages.append(ModelRequest(parts=[_told(call) for call in step.calls]))
        return messages

    @property
    def usage(self) -> RunUsage:
        """What the attempts before have used."""
        steps = self._record.steps
        return RunUsage(
            requests=len(steps),
            tool_calls=sum(len(step.calls) for step in steps[:-1]),
            input_tokens=sum(step.input_tokens for step in steps),
            output_tokens=sum(step.output_tokens for step in steps),
        )

    def said(self) -> Iterator[str]:
        """The texts of the responses that are stored."""
        for response in self._responses:
            if text := response.text:
                yield text

    async def keep(self, response: ModelResponse) -> None:
        """Store a response before its calls are carried out; raises `RunLost`. One that is stored
        already is gone on with."""
        if self._to_go_on_with is not None:
            calls, self._to_go_on_with = self._to_go_on_with.calls, None
        elif response.tool_calls:
            _tell_apart(response.tool_calls)
            used = Usage(response.usage.input_tokens, response.usage.output_tokens)
            wanted = [self._wanted(call) for call in response.tool_calls]
            (message,) = ModelMessagesTypeAdapter.dump_python([response], mode="json")
            calls = await self._record.store(message, FORMAT, used, wanted)
        else:
            return
        self._calls = {call.provider_call_id: call for call in calls}

    async def wrap_tool_execute(
        self,
        ctx: RunContext[AgentDeps],  # noqa: ARG002 - pydantic-ai's own signature
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,  # noqa: ARG002
        args: ValidatedToolArgs,
        handler: WrapToolExecuteHandler,
    ) -> Any:
        async def act() -> Any:
            try:
                return await handler(args)
            except (ModelRetry, ToolFailed, ToolRetryError, ToolFailedError) as refused:
                raise ToolRefused(str(refused)) from refused

        told = await self._record.carry_out(self._calls[call.tool_call_id], act)
        if told.is_error:
            raise ToolFailed(str(told.value))
        return told.value

    async def on_tool_validate_error(
        self,
        ctx: RunContext[AgentDeps],  # noqa: ARG002
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,  # noqa: ARG002
        args: Any,  # noqa: ARG002
        error: ValidationError | ModelRetry,
    ) -> Any:
        await self._record.refuse(self._calls[call.tool_call_id], str(error))
        raise error

    def _wanted(self, call: ToolCallPart) -> WantedCall:
        hash_ = self._hashes.get(call.tool_name)
        return WantedCall(call.tool_call_id, call.tool_name, call.args_as_dict(), hash_)


def _response(step: Step) -> ModelResponse:
    if step.format != FORMAT:
        raise UnknownFormat(f"step {step.n} has format {step.format}; this version reads {FORMAT}")
    (message,) = ModelMessagesTypeAdapter.validate_python([step.message])
    assert isinstance(message, ModelResponse)
    return message


def _tell_apart(calls: Sequence[ToolCallPart]) -> None:
    """Give each call of a response an id of its own: a provider's need not be."""
    seen: set[str] = set()
    for call in calls:
        if not call.tool_call_id or call.tool_call_id in seen:
            call.tool_call_id = uuid4().hex[:9]  # which even the strictest of them takes
        seen.add(call.tool_call_id)


def _told(call: StoredCall) -> ToolReturnPart:
    return ToolReturnPart(
        tool_name=call.tool,
        content=call.result,
        tool_call_id=call.provider_call_id,
        outcome="failed" if call.is_error else "success",
    )
