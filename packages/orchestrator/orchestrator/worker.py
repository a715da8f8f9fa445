"""The worker process: it takes its lease, then tasks, and drains when told to leave.

The main thread waits for a signal; everything else runs on the runtime's event loop.
"""

import os
import signal
import threading
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from shared.config import settings
from shared.errors import KonstructError
from shared.jobs.nudges import JOB_NAME
from shared.log import configure_logging, get_logger
from shared.proxies import proxy_for
from shared.runs.nudges import CANARY_NAME, TASK_NAME
from shared.secrets.opening import workers_ring
from shared.telemetry.tracing import start_tracing, stop_tracing

from orchestrator.beside import Beside, begin_beside
from orchestrator.consumer import Consumer, Handler
from orchestrator.consumer_watchdog import EX_DEAF, ConsumerWatchdog
from orchestrator.life.current import START_WITHIN_S, begin_life
from orchestrator.life.fair_queue import MAX_WAITING
from orchestrator.life.runtime import runtime
from orchestrator.life.worker_life import WorkerLife
from orchestrator.tasks import answer_message, return_canary

log = get_logger(__name__)

BESIDE_DRAIN_S = 14.0
"""For the rest of leaving, beside the drain: ending sends and jobs, returning runs, ending the
lease, closing."""


def run() -> int:
    """Work until told to stop; returns the exit code. Raises ConfigError if it may not start."""
    configure_logging(settings.telemetry.log_level, json=settings.telemetry.log_json)
    proxy_for(settings.model.base_url or "https://api.of.a.provider")  # or the start stops here
    workers_ring()  # the same
    start_tracing("konstruct-worker")
    told_to_stop = threading.Event()
    _stop_at_signals(told_to_stop)
    life = begin_life(START_WITHIN_S)
    beside = runtime.run(begin_beside(life.worker), START_WITHIN_S)
    consumer = runtime.run(_start_consumer(life, beside), START_WITHIN_S)
    watchdog = ConsumerWatchdog(consumer, leave=told_to_stop.set)
    listening = runtime.submit(watchdog.keep_listening())
    _say_ready(life)
    told_to_stop.wait()
    listening.cancel()
    _await_leaving(runtime.submit(_leave(consumer, beside, life)))
    stop_tracing()
    return EX_DEAF if watchdog.is_deaf else 0


def _stop_at_signals(told_to_stop: threading.Event) -> None:
    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)  # a second signal ends the process at once
        told_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


async def _start_consumer(life: WorkerLife, beside: Beside) -> Consumer:
    handlers: dict[str, Handler] = {
        TASK_NAME: partial(answer_message, life.worker),
        CANARY_NAME: return_canary,
        JOB_NAME: beside.jobs.handle,
    }
    # It may take all that waits, because the fair queue decides which is answered when.
    consumer = Consumer(handlers, MAX_WAITING)
    consumer.start()
    return consumer


def _say_ready(life: WorkerLife) -> None:
    log.info("worker_ready", worker_id=str(life.worker.id))
    if path := os.environ.get("KONSTRUCT_WORKER_READY_FILE"):
        Path(path).write_text(f"{life.worker.id}\n")


async def _leave(consumer: Consumer, beside: Beside, life: WorkerLife) -> None:
    await consumer.stop()
    await beside.stop()
    await life.leave()


def _await_leaving(leaving: "Future[None]") -> None:
    try:
        leaving.result(settings.worker.drain_timeout_s + BESIDE_DRAIN_S)
    except (TimeoutError, KonstructError) as error:
        log.warning("worker_left_in_haste", error=type(error).__name__)
