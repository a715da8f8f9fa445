"""The parts of a worker process that answering a message needs."""

import os
import socket
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from shared.config import settings
from shared.llm_keys.in_use import key_in_use

from orchestrator.life.fair_queue import FairQueue
from orchestrator.life.key_notes import KeyNotes
from orchestrator.life.lag import LoopLag
from orchestrator.life.runs_in_hand import RunsInHand
from orchestrator.llm import ModelRegistry, OwnKeys


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """Make it with `worker_context`, on the worker's loop."""

    models: ModelRegistry
    own_keys: OwnKeys
    key_notes: KeyNotes
    fair_queue: FairQueue
    lag: LoopLag
    in_hand: RunsInHand = field(default_factory=RunsInHand)
    id: UUID = field(default_factory=uuid4)
    """The lease's id; runs are claimed under it."""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")


def worker_context() -> WorkerContext:
    """A context made from the settings."""
    lag = LoopLag()
    models = ModelRegistry(
        model=settings.model.name,
        base_url=settings.model.base_url,
        api_key=settings.model.api_key.get_secret_value() if settings.model.api_key else None,
        window_s=lag.window_s,
    )
    notes = KeyNotes()
    return WorkerContext(
        models=models,
        own_keys=OwnKeys(models, key_in_use, notes),
        key_notes=notes,
        # Claims may not take all connections: in a flood of nudges some stay free for outcomes and
        # the lease.
        fair_queue=FairQueue(
            slots=settings.worker.concurrency, claims=max(1, settings.database.pool_size // 2)
        ),
        lag=lag,
    )
