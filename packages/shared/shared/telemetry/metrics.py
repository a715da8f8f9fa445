"""The metrics that every process has. A gateway's or a worker's own are in its `metrics` module.

They are in prometheus_client's registry, one per process. One `inc` costs about half a microsecond,
so nothing is counted per token.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from weakref import ref

from prometheus_client import Counter, Gauge, Histogram

SAMPLE_EVERY_S = 0.1
LAG_REMEMBERED = 0.9
"""Decay of the worst lag per sample: after two seconds a tenth of it is left."""

LOOP_LAG = Histogram(
    "konstruct_event_loop_lag_seconds",
    "How late the event loop runs its timers, sampled ten times a second.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
NUDGES_WAITING = Gauge(
    "konstruct_nudges_waiting",
    "Nudges this process has not yet given to the broker.",
)
NUDGES = Counter(
    "konstruct_nudges_total",
    "Nudges by what became of them: sent, full (no room in this process), broker (not taken).",
    ["result"],
)
POOL_SIZE = Gauge("konstruct_pool_size", "Connections the pool may open at most.", ["pool"])
POOL_IN_USE = Gauge("konstruct_pool_in_use", "Connections of the pool in use.", ["pool"])
POOL_WAITING = Gauge(
    "konstruct_pool_waiting", "Who waits for a connection of the pool now.", ["pool"]
)

NUDGE_SENT = NUDGES.labels("sent")
NUDGE_FULL = NUDGES.labels("full")
NUDGE_BROKER = NUDGES.labels("broker")


class _Lag:
    worst_s = 0.0


def recent_lag_s() -> float:
    """The worst lag of the last moments, in seconds, fading."""
    return round(_Lag.worst_s, 4)


async def sample_loop_lag() -> AsyncIterator[float]:
    """Measure for ever, ten times a second, how late the loop is, in seconds; also sets the
    metric."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + SAMPLE_EVERY_S
        await asyncio.sleep(SAMPLE_EVERY_S)
        late = max(0.0, loop.time() - due)
        LOOP_LAG.observe(late)
        _Lag.worst_s = max(late, _Lag.worst_s * LAG_REMEMBERED)
        yield late


async def watch_loop_lag() -> None:
    """Keep the lag metric, for a loop on which nothing else samples it."""
    async for _ in sample_loop_lag():
        pass


def watch_pool(
    pool: Any,
    name: str,
    *,
    size: int,
    in_use: Callable[[Any], int],
    waiting: Callable[[Any], int],
) -> None:
    """Show a pool's metrics for as long as it lives; the newest pool of a name wins.

    Each scrape calls the callables, in another thread.
    """
    alive = ref(pool)

    def ask(count: Callable[[Any], int]) -> float:
        pool = alive()
        return 0.0 if pool is None else float(count(pool))

    POOL_SIZE.labels(name).set(size)
    POOL_IN_USE.labels(name).set_function(lambda: ask(in_use))
    POOL_WAITING.labels(name).set_function(lambda: ask(waiting))
