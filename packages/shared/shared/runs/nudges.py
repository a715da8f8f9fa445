"""Handing work to the workers, without ever waiting for the broker.

`handle_message.delay(payload)` puts a nudge into the batch, as the message that Celery's own
`delay` would send, which costs a hundredth of it. It carries ids and nothing else of the payload:
what was said, and any secret a channel put beside it, stays out of the broker. A nudge that finds
no room or the broker down is dropped: the run stands in PostgreSQL, and the sweep nudges again.
"""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson

from shared.redis_keys import broker_queue_key
from shared.telemetry import metrics
from shared.valkey.batch import get_batch

TASK_NAME = "orchestrator.handle_message"
CANARY_NAME = "orchestrator.canary"
QUEUE_NAME = "messages"


# ── Celery's message, protocol 2, in the envelope of kombu's Redis transport ───────────────────


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it lies in the broker."""

    name: str
    args: list[Any]
    kwargs: dict[str, Any]


_EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def pack(task: Task) -> bytes:
    """The message by which Celery knows this task."""
    task_id = str(uuid4())
    return orjson.dumps(
        {
            "body": b64encode(orjson.dumps([task.args, task.kwargs, _EMBED])).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {
                "lang": "py",
                "task": task.name,
                "id": task_id,
                "root_id": task_id,
                "parent_id": None,
                "group": None,
                "eta": None,
                "expires": None,
                "retries": 0,
                "timelimit": [None, None],
                "argsrepr": "",
                "kwargsrepr": "",
                "origin": "konstruct",
                "ignore_result": True,
            },
            "properties": {
                "correlation_id": task_id,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": QUEUE_NAME},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": task_id,
            },
        }
    )


def unpack(message: bytes) -> Task:
    """The task in a message, whoever packed it. Raises ValueError for what is none."""
    try:
        envelope = orjson.loads(message)
        args, kwargs, _ = orjson.loads(b64decode(envelope["body"]))
        return Task(envelope["headers"]["task"], args, kwargs)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("this is no message of Celery's") from error


class Job:
    """A task by its name, for processes that do not hold its code. `carries` names what of a
    payload goes into the broker."""

    def __init__(self, name: str, *, carries: tuple[str, ...]) -> None:
        self.name = name
        self._carries = carries

    def delay(self, payload: dict[str, Any]) -> bool:
        """Have a worker look at this, soon; to be called on an event loop, which it never holds
        up. False if there was no room for the nudge and it is left to the sweep."""
        carried = {name: payload[name] for name in self._carries if name in payload}
        message = pack(Task(self.name, [carried], {}))
        has_room = get_batch().put("LPUSH", broker_queue_key(QUEUE_NAME), message, told=_count)
        (metrics.NUDGES_WAITING if has_room else metrics.NUDGE_FULL).inc()
        return has_room


def _count(reply: int | None) -> None:
    metrics.NUDGES_WAITING.dec()
    (metrics.NUDGE_SENT if reply else metrics.NUDGE_BROKER).inc()


def nudge_in(seconds: float, payload: dict[str, Any]) -> None:
    """Nudge then, if this process still is; else the sweep does."""
    asyncio.get_running_loop().call_later(seconds, handle_message.delay, payload)


handle_message = Job(TASK_NAME, carries=("id", "tenant_id", "run_id"))
canary = Job(CANARY_NAME, carries=("gateway_id", "sent_at"))
"""Goes where messages go, and back to its gateway: see gateway.canary."""
