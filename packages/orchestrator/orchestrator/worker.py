"""The worker process: Celery's threads pool around one event loop.

`worker_init` takes the lease before anything is consumed (`worker_process_init` never fires for
threads); `worker_shutting_down` begins the drain, which is bounded, so that the pool, which waits
for its threads without bound, ends too.
"""

import os
import sys
import warnings
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from celery import signals
from shared.config import settings
from shared.errors import KonstructError
from shared.jobs import QUEUE_NAME
from shared.log import configure_logging, get_logger

from orchestrator.app import app
from orchestrator.runtime import runtime
from orchestrator.worker_life import START_WITHIN_S, begin_life

log = get_logger(__name__)

LEAVE_WITHIN_S = 12.0
SWITCH_INTERVAL_S = 0.0005
"""How long a thread keeps the interpreter when another wants it. Python's 5 ms let the tasks'
threads hold up the loop: with 200 people, 95% were answered after 13.7 s instead of 10.8 s."""


class _Process:
    leaving: "Future[None] | None" = None


def run(concurrency: int | None = None) -> int:
    """Consume until told to stop; the exit code. Raises ConfigError when it may not start."""
    configure_logging(settings.log_level, json=settings.log_json)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    life = begin_life(START_WITHIN_S)
    app.finalize()

    def leave(**_: Any) -> None:
        if _Process.leaving is None:
            _Process.leaving = runtime.submit(life.leave())

    def ready(**_: Any) -> None:
        log.info("worker_ready", worker_id=str(life.id))
        if path := os.environ.get("KONSTRUCT_WORKER_READY_FILE"):
            Path(path).write_text(f"{life.id}\n")

    # The container's or machine's owner decides as whom it runs; Celery's page of warning is noise.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    signals.setup_logging.connect(lambda **_: None, weak=False)
    signals.worker_shutting_down.connect(leave, weak=False)
    signals.worker_ready.connect(ready, weak=False)
    worker = app.Worker(
        pool="threads",
        concurrency=concurrency or settings.worker_concurrency,
        queues=[QUEUE_NAME],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel=settings.log_level,
    )
    try:
        worker.start()
    finally:
        leave()
        if _Process.leaving is not None:
            try:
                _Process.leaving.result(LEAVE_WITHIN_S)
            except (TimeoutError, KonstructError) as error:
                log.warning("worker_left_in_haste", error=type(error).__name__)
    return int(worker.exitcode or 0)
