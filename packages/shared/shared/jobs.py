"""Handing work to the workers, without ever waiting for the broker.

`handle_message.delay(payload)` puts a nudge into one bounded queue per process; one thread takes
them to the broker. A nudge that finds the queue full or the broker down is dropped: the run
stands in PostgreSQL, and the sweep nudges again.
"""

import atexit
import queue
import threading
import time
from functools import lru_cache
from typing import Any

from celery import Celery

from shared.config import settings
from shared.log import get_logger
from shared.redis_keys import BROKER_PREFIX
from shared.telemetry import figures

log = get_logger(__name__)

TASK_NAME = "orchestrator.handle_message"
QUEUE_NAME = "messages"
_CLOSE = object()


def configure_broker(app: Celery) -> None:
    """Settings of the broker, the same for those who publish and those who consume.

    They are read when the application first needs them, so importing it needs none.
    """
    app.add_defaults(_broker_settings)


def _broker_settings() -> dict[str, Any]:
    """Every wait is bounded (kombu's own default is for ever). A task is acknowledged before it
    runs, because PostgreSQL redelivers; so none of the broker's redelivery is relied on."""
    transport = {
        "global_keyprefix": BROKER_PREFIX,
        "socket_timeout": settings.redis_socket_timeout_s,
        "socket_connect_timeout": settings.redis_connect_timeout_s,
        "socket_keepalive": True,
        "retry_on_timeout": False,
        "health_check_interval": 10,
        "visibility_timeout": 600,
    }
    return {
        "broker_url": settings.redis_url,
        "broker_transport_options": transport,
        "broker_connection_timeout": settings.redis_connect_timeout_s,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_default_queue": QUEUE_NAME,
        "task_publish_retry": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }


@lru_cache(maxsize=1)
def _publisher() -> Celery:
    app = Celery("konstruct-publisher", set_as_current=False)
    configure_broker(app)
    return app


class _Nudges:
    """The bounded queue and its thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: queue.Queue[Any] | None = None

    def put(self, task: str, payload: dict[str, Any]) -> bool:
        """False if the queue is full and the nudge is left to the sweep."""
        try:
            self._running_queue().put_nowait((task, payload))
        except queue.Full:
            figures.NUDGE_FULL.inc()
            log.warning("nudge_dropped", reason="queue_full")
            return False
        return True

    def _running_queue(self) -> "queue.Queue[Any]":
        with self._lock:
            if self._queue is None:
                self._queue = queue.Queue(settings.broker_queue_size)
                figures.NUDGES_WAITING.set_function(self._queue.qsize)
                thread = threading.Thread(
                    target=self._publish_all, args=(self._queue,), name="nudges", daemon=True
                )
                thread.start()
                atexit.register(self._drain, self._queue, thread)
            return self._queue

    def _publish_all(self, nudges: "queue.Queue[Any]") -> None:
        down_since: float | None = None
        while (item := nudges.get()) is not _CLOSE:
            task, payload = item
            try:
                _publisher().send_task(task, args=[payload], ignore_result=True)
            except Exception as error:
                figures.NUDGE_BROKER.inc()
                if down_since is None:
                    down_since = time.monotonic()
                    log.warning("broker_unreachable", error=type(error).__name__)
            else:
                figures.NUDGE_SENT.inc()
                if down_since is not None:
                    log.info("broker_back", down_s=round(time.monotonic() - down_since, 1))
                    down_since = None

    @staticmethod
    def _drain(nudges: "queue.Queue[Any]", thread: threading.Thread) -> None:
        """Give the nudges that wait a moment to leave when the process ends."""
        try:
            nudges.put_nowait(_CLOSE)
        except queue.Full:
            return
        thread.join(timeout=2)


_nudges = _Nudges()


class Job:
    """A task by its name, for processes that do not hold its code."""

    def __init__(self, name: str) -> None:
        self.name = name

    def delay(self, payload: dict[str, Any]) -> bool:
        """Have a worker look at this, soon. Returns at once; safe on the event loop."""
        return _nudges.put(self.name, payload)


handle_message = Job(TASK_NAME)
