"""Answers for employees whose business has keys of its own: `open_answer` as the seam's other door.

Nobody is asked here but whom the chain names, in its order.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

from pydantic_ai.models import Model

from orchestrator.llm.answer import open_answer
from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.calls import Record, Tool
from orchestrator.llm.chain import ChainAnswer, Link, Notes, links_of
from orchestrator.llm.deps import AgentDeps
from orchestrator.llm.keyed_models import KeyedModels, ReadKey
from orchestrator.llm.models import ModelRegistry
from orchestrator.llm.pauses import Pauses
from orchestrator.llm.prompt import AnswerLimits, Prompt


class OwnKeys:
    """Of one event loop; `models` is the installation's."""

    def __init__(self, models: ModelRegistry, read: ReadKey, notes: Notes) -> None:
        self._installation = models
        self._keyed = KeyedModels(read, pool=models.pool, connections=models.connections)
        self._notes = notes
        self._pauses = Pauses()

    @asynccontextmanager
    async def open_answer(
        self,
        tenant_id: UUID,
        chain: Sequence[Sequence[object]],
        prompt: Prompt,
        deps: AgentDeps,
        limits: AnswerLimits,
        tools: Sequence[Tool] = (),
        record: Record | None = None,
    ) -> AsyncIterator[AnswerStream]:
        """As `llm.open_answer`, of the first in the chain that can."""

        async def ask(
            link: Link, limits: AnswerLimits
        ) -> AbstractAsyncContextManager[AnswerStream]:
            model = await self._model(tenant_id, link)
            return open_answer(model, prompt, deps, limits, tools, record)

        stream = ChainAnswer(
            tenant_id,
            links_of(chain),
            ask,
            limits,
            pauses=self._pauses,
            notes=self._notes,
            may_go_on=lambda: record is None or not record.has_stored,
        )
        try:
            yield stream
        finally:
            await stream.aclose()

    async def aclose(self) -> None:
        await self._keyed.aclose()

    async def _model(self, tenant_id: UUID, link: Link) -> Model:
        if link.key_id is None:
            return self._installation.resolve(link.model)
        return await self._keyed.find(tenant_id, link)
