"""What answering a message needs of the worker process it is answered in."""

import os
import socket
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from shared.config import settings

from orchestrator.life.fair_queue import FairQueue
from orchestrator.life.lag import LoopLag
from orchestrator.life.runs_in_hand import RunsInHand
from orchestrator.llm import ModelRegistry


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """Made by `worker_context` on the worker's loop."""

    models: ModelRegistry
    fair_queue: FairQueue
    lag: LoopLag
    in_hand: RunsInHand = field(default_factory=RunsInHand)
    id: UUID = field(default_factory=uuid4)
    """Whose lease the runs are claimed under."""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")


def worker_context() -> WorkerContext:
    """As the settings say."""
    lag = LoopLag()
    return WorkerContext(
        models=ModelRegistry(
            model=settings.model.name,
            base_url=settings.model.base_url,
            api_key=settings.model.api_key.get_secret_value() if settings.model.api_key else None,
            window_s=lag.window_s,
        ),
        # Not all connections for claims: a flood of nudges leaves some to outcomes and lease.
        fair_queue=FairQueue(
            slots=settings.worker.concurrency, claims=max(1, settings.database.pool_size // 2)
        ),
        lag=lag,
    )
