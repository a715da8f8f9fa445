"""The same life for Celery's own worker: `celery -A orchestrator.app worker -P threads`.

`konstruct worker` takes tasks by a consumer of its own. Whoever runs Celery's worker instead, or
beside it, has the lease before the first task, the sweep, and the drain.
"""

from concurrent.futures import Future
from typing import Any

from celery import signals
from shared.config import settings
from shared.log import configure_logging, get_logger

from orchestrator.beside import begin_beside
from orchestrator.life.current import START_WITHIN_S, begin_life, current_life
from orchestrator.life.runtime import runtime

log = get_logger(__name__)

_leaving: list["Future[None]"] = []


@signals.worker_init.connect  # type: ignore[untyped-decorator]
def _begin(**_: Any) -> None:
    """Not `worker_process_init`, which a pool of threads never fires."""
    configure_logging(settings.telemetry.log_level, json=settings.telemetry.log_json)
    life = begin_life(START_WITHIN_S)
    runtime.run(begin_beside(life.worker), START_WITHIN_S)


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _leave(**_: Any) -> None:
    """The drain is bounded, so that the pool, which waits for its threads without bound, ends."""
    if not _leaving:
        _leaving.append(runtime.submit(_leave_all()))


async def _leave_all() -> None:
    life = current_life()
    await (await begin_beside(life.worker)).stop()
    await life.leave()
