"""The bounds of every streamed answer, however it is read."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import TypeVar

from orchestrator.llm.failures import ModelEndless, ModelFailure, ModelTooSlow
from orchestrator.llm.prompt import AnswerLimits, Usage

Result = TypeVar("Result")


class AnswerStream(ABC):
    """The pieces of one answer; iterate it once."""

    def __init__(self, limits: AnswerLimits) -> None:
        self._limits = limits
        self._deadline = asyncio.get_running_loop().time() + limits.overall_s
        self._chars = 0
        self._began = False
        """Whether the current response has brought anything."""
        self._pieces = self._speak()
        self.finish_reason: str | None = None
        """Why the model stopped: `stop`, or `length` at its token limit."""

    @property
    @abstractmethod
    def usage(self) -> Usage:
        """The usage the model has reported so far; complete once the answer has ended."""

    @abstractmethod
    def _speak(self) -> AsyncGenerator[str, None]: ...

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces

    async def aclose(self) -> None:
        await self._pieces.aclose()

    @property
    def _is_late(self) -> bool:
        """Whether the time for the whole answer is over."""
        return self._now() >= self._deadline

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def _within(
        self, seconds: float, failure: type[ModelFailure], work: Awaitable[Result]
    ) -> Result:
        try:
            async with asyncio.timeout_at(min(self._now() + seconds, self._deadline)) as bound:
                return await work
        except TimeoutError as error:
            if not bound.expired():
                raise
            raise (ModelTooSlow if self._is_late else failure)() from error

    def _counted(self, text: str) -> str:
        self._chars += len(text)
        if self._chars > self._limits.max_answer_chars:
            raise ModelEndless
        return text
