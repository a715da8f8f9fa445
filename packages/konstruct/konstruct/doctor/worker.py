"""Checks the workers, and the queue that waits for them."""

from shared.db import SystemSession
from shared.errors import ConfigError
from shared.runs import leases
from shared.runs.sweep import backlog

OLD_AFTER_S = 30.0
LATE_AFTER_S = 20.0
"""The same bounds as in deploy/prometheus/alerts.yml."""


async def alive() -> str:
    async with SystemSession("lease") as session, session.transaction():
        names = await leases.live_workers(session)
    if not names:
        raise ConfigError("None is alive: nobody answers. Start one with `konstruct worker`.")
    return f"Alive: {', '.join(names)}."


async def queue() -> str:
    """How many runs wait, and for how long, from PostgreSQL."""
    async with SystemSession("sweep") as session, session.transaction():
        waits = await backlog(session)
    if waits.oldest_pending_s > OLD_AFTER_S:
        raise ConfigError(
            f"{waits.pending} messages wait for a worker, the oldest for "
            f"{waits.oldest_pending_s:.0f} s. Start more workers if those that run are full; if "
            "they are not, see `canary`, and restart them."
        )
    if waits.oldest_nudge_s > LATE_AFTER_S:
        raise ConfigError(
            f"The sweep is {waits.oldest_nudge_s:.0f} s late. It runs in every worker: look for "
            "`sweep_failed` in their logs."
        )
    return f"{waits.pending} wait, {waits.running} are being answered."
