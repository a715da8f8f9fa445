"""The worker process's one `WorkerLife`, begun at most once."""

from orchestrator.life.runtime import runtime
from orchestrator.life.worker_life import WorkerLife

START_WITHIN_S = 40.0

_life: WorkerLife | None = None


def begin_life(within_s: float) -> WorkerLife:
    """Start this process's life on the runtime's loop, within so many seconds. Raises ConfigError,
    TimeoutError."""
    global _life
    if _life is None:
        _life = runtime.run(_begin(), within_s)
    return _life


async def _begin() -> WorkerLife:
    life = WorkerLife()
    await life.start()
    return life


def current_life() -> WorkerLife:
    """The life of this process, begun at first use."""
    return _life or begin_life(START_WITHIN_S)
