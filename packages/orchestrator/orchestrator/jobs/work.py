"""What a job's handler gets and gives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from orchestrator.life.context import WorkerContext

Result = dict[str, Any]


class JobFailed(Exception):
    """It cannot be done, now or later; `code` and the sentence are its result."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt. `subject` is what the job is about, `http` how the world is reached, `worker`
    what answers messages, for a job that asks a model."""

    tenant_id: UUID
    subject: UUID
    http: aiohttp.ClientSession
    args: dict[str, Any] = field(default_factory=dict)
    worker: WorkerContext | None = None


Handler = Callable[[Work], Awaitable[Result]]
