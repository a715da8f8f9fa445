"""The figures every process has; those of one kind of process are in its own `figures` module.

Kept in prometheus_client's registry, which is the process's. One `inc` costs about half a
microsecond, so none is taken per token.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from weakref import ref

from prometheus_client import Counter, Gauge, Histogram

SAMPLE_EVERY_S = 0.1
LAG_REMEMBERED = 0.9
"""Of the worst lag, at each sample: after two seconds a tenth is left of it."""

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
    """The worst lag of the last moments, fading."""
    return round(_Lag.worst_s, 4)


async def sample_loop_lag() -> AsyncIterator[float]:
    """How late the loop was, in seconds, ten times a second for ever; kept as a figure too."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + SAMPLE_EVERY_S
        await asyncio.sleep(SAMPLE_EVERY_S)
        late = max(0.0, loop.time() - due)
        LOOP_LAG.observe(late)
        _Lag.worst_s = max(late, _Lag.worst_s * LAG_REMEMBERED)
        yield late


async def watch_loop_lag() -> None:
    """Keep the figure, for a loop in which nobody else asks."""
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
    """Show a pool's figures for as long as it lives; the newest of a name counts.

    The callables are asked at each scrape, in another thread.
    """
    alive = ref(pool)

    def ask(count: Callable[[Any], int]) -> float:
        pool = alive()
        return 0.0 if pool is None else float(count(pool))

    POOL_SIZE.labels(name).set(size)
    POOL_IN_USE.labels(name).set_function(lambda: ask(in_use))
    POOL_WAITING.labels(name).set_function(lambda: ask(waiting))
