"""Measures what waits for the workers: every few seconds, each look bounded.

Sweep and lease do not wait for it. If a look fails, the metrics are NaN.
"""

import asyncio
from math import nan

from shared.config import settings
from shared.db import SystemSession
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import broker_queue_key
from shared.runs import sweep
from shared.runs.nudges import QUEUE_NAME
from shared.valkey.client import get_redis

from orchestrator import metrics

log = get_logger(__name__)

LOOK_WITHIN_S = 5.0


async def keep_looking() -> None:
    """Measure for ever."""
    while True:
        await _look_into_database()
        metrics.BROKER_QUEUE.set(await broker_queue_length())
        await asyncio.sleep(settings.telemetry.backlog_interval_s)


async def _look_into_database() -> None:
    try:
        async with (
            asyncio.timeout(LOOK_WITHIN_S),
            SystemSession("sweep") as session,
            session.transaction(),
        ):
            backlog = await sweep.backlog(session)
    except DATABASE_AWAY as error:
        log.warning("backlog_not_seen", error=type(error).__name__)
        backlog = sweep.Backlog(nan, nan, nan, nan, nan)
    metrics.RUNS.labels("pending").set(backlog.pending)
    metrics.RUNS.labels("running").set(backlog.running)
    metrics.OLDEST_PENDING.set(backlog.oldest_pending_s)
    metrics.OLDEST_NUDGE.set(backlog.oldest_nudge_s)
    metrics.WORKERS.set(backlog.workers)


async def broker_queue_length() -> float:
    """Tasks waiting in the broker; NaN if that is unknown."""
    try:
        async with asyncio.timeout(LOOK_WITHIN_S):
            return float(await get_redis().llen(broker_queue_key(QUEUE_NAME)))
    except VALKEY_AWAY as error:
        log.warning("broker_queue_not_seen", error=type(error).__name__)
        return nan
