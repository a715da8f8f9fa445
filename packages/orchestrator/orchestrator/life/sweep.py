"""The sweep: nudges the heads of threads that no worker answers, ends holds that are over, and has
those answered who waited for an agent to be at work.

A nudge may be lost with a broker or a worker; its run is still in PostgreSQL.
"""

import asyncio

from shared.config import settings
from shared.conversations import handover, waiting
from shared.db import SystemSession
from shared.log import get_logger
from shared.outages import DATABASE_AWAY
from shared.runs import facts, sweep
from shared.runs.nudges import handle_message

from orchestrator import metrics
from orchestrator.life.housekeeping import forget_what_is_over

log = get_logger(__name__)

BATCH = 200
CALL_FORGOTTEN_S = 120.0
"""A tool's call that began this long ago, for a run that is over, will be told of by nobody."""
EXPIRE_EVERY_S = 10.0
ANSWER_EVERY_S = 10.0


async def keep_sweeping() -> None:
    """Sweep for ever, every `sweep_interval_s`."""
    while True:
        await asyncio.sleep(settings.worker.sweep_interval_s)
        try:
            async with asyncio.timeout(settings.database.statement_timeout_s):
                await _sweep()
        except DATABASE_AWAY as error:
            log.warning("sweep_failed", error=type(error).__name__)


async def keep_ending_holds() -> None:
    """For ever, every `EXPIRE_EVERY_S`: nobody has a conversation and lets its person wait."""
    while True:
        await asyncio.sleep(EXPIRE_EVERY_S)
        try:
            async with asyncio.timeout(settings.database.statement_timeout_s):
                ended = await handover.expire_holds(after_s=settings.handover.hold_expires_s)
        except DATABASE_AWAY as error:
            log.warning("holds_not_ended", error=type(error).__name__)
        else:
            if ended:
                log.info("holds_ended", conversations=ended)


async def keep_answering_those_who_waited() -> None:
    """For ever, every `ANSWER_EVERY_S`: whom nobody could answer, and somebody can now."""
    while True:
        await asyncio.sleep(ANSWER_EVERY_S)
        try:
            async with asyncio.timeout(settings.database.statement_timeout_s):
                answered = await waiting.answer_those_who_waited()
        except DATABASE_AWAY as error:
            log.warning("those_who_waited_not_answered", error=type(error).__name__)
        else:
            if answered:
                log.info("those_who_waited_answered", conversations=answered)


async def _sweep() -> None:
    async with SystemSession("sweep") as session, session.transaction():
        due = await sweep.take_due(
            session,
            limit=BATCH,
            max_nudge_s=settings.worker.max_nudge_s,
            runs_at_once=settings.limits.tenant_runs_at_once,
        )
        await facts.give_up_forgotten(session, older_than_s=CALL_FORGOTTEN_S)
        await forget_what_is_over(session)
    for payload in due:
        handle_message.delay(payload)
    if due:
        metrics.SWEEP_NUDGES.inc(len(due))
        log.info("runs_nudged", runs=len(due))
