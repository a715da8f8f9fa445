"""Asks a model as a worker does, directly or through an agent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from orchestrator.llm import (
    AgentDeps,
    AnswerLimits,
    AnswerStream,
    ModelRegistry,
    Prompt,
    open_answer,
)
from pydantic_ai.models import Model
from pydantic_ai.models.wrapper import WrapperModel

WAYS = ("read directly", "by an agent")
KEY = "sk-secret-4711"


@asynccontextmanager
async def model_at(base_url: str, way: str) -> AsyncIterator[Model]:
    """The model of an endpoint. A wrapped one is no endpoint to us, so an agent asks it."""
    registry = ModelRegistry(model="m", base_url=base_url, api_key=KEY, window_s=0.005)
    model = registry.resolve()
    yield model if way == WAYS[0] else WrapperModel(model)
    await registry.aclose()


async def answer_of(
    model: Model, prompt: Prompt, limits: AnswerLimits | None = None
) -> tuple[str, AnswerStream]:
    """The whole answer, and the stream it was read from."""
    deps = AgentDeps(tenant_id=uuid4(), agent_id=uuid4(), thread_id="t")
    limits = limits or AnswerLimits(max_answer_chars=5_000)
    async with open_answer(model, prompt, deps, limits) as answer:
        return "".join([piece async for piece in answer]), answer
