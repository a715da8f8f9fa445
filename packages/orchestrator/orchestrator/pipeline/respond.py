"""One message, answered."""

import asyncio
from contextlib import ExitStack
from typing import Any

from shared.config import settings
from shared.conversations.turns.claiming import Nudge
from shared.log import get_logger
from shared.runs.nudges import handle_message
from shared.telemetry.tracing import TRACEPARENT

from orchestrator import metrics
from orchestrator.channels.port import Failure, Told
from orchestrator.channels.registry import channel_of
from orchestrator.life.context import WorkerContext
from orchestrator.life.fair_queue import Slot
from orchestrator.pipeline.answer import Outcome, answer
from orchestrator.pipeline.claim import Claimed, claim
from orchestrator.pipeline.outcome import store
from orchestrator.pipeline.timeline import Timeline
from orchestrator.pipeline.trying_again import is_tried_again

log = get_logger(__name__)

MARGIN_S = 60.0
"""Beyond the run's own deadline: claiming, storing, telling."""


async def respond_in_turn(worker: WorkerContext, nudge: Nudge, payload: dict[str, Any]) -> None:
    """Wait for the tenant's turn, then respond. The nudge goes back to the broker if this process
    leaves before."""
    async with worker.fair_queue.slot(nudge.tenant_id, nudge.name) as slot:
        if slot is not None:
            async with asyncio.timeout(settings.worker.run_deadline_s + MARGIN_S):
                await respond(worker, slot, nudge)
        elif worker.fair_queue.closed:
            handle_message.delay(payload)


async def respond(worker: WorkerContext, slot: Slot, nudge: Nudge) -> None:
    """Claim the run, let the agent answer, store the outcome, tell everyone, and nudge
    what may begin then. Does nothing if the run is not to be had."""
    timeline = Timeline()
    with ExitStack() as hands:
        claimed = await claim(worker, hands, nudge, timeline)
        slot.claimed()
        if claimed is None:
            metrics.NOTHING_TO_DO.inc()
            return
        metrics.claimed(claimed.attempt)
        timeline.trace(
            claimed.extras.get(TRACEPARENT),
            run_id=claimed.run_id,
            message_id=claimed.message.id,
            tenant_id=nudge.tenant_id,
            attempt=claimed.attempt,
        )
        outcome = await answer(worker, claimed)
        timeline.end_of("model")
        if outcome is not None and await is_tried_again(worker, claimed, outcome):
            timeline.end_trace(status="tried_again", code=outcome.error_code)
            return
        stored = await store(worker, claimed, outcome) if outcome else None
        timeline.end_of("store")
    if outcome is None or stored is None:
        metrics.LOST.inc()
        timeline.end_trace(status="lost")
        log.info("run_lost", run_id=str(claimed.run_id), attempt=claimed.attempt)
        return
    outcome = stored.outcome
    told = Told(stored.told | timeline.span.carried, _failure(outcome), stored.merged)
    await channel_of(claimed.message.channel).tell(claimed.turn, told)
    timeline.end_of("publish")
    for following in stored.following:
        handle_message.delay(following)
    _account(claimed, outcome)


def _account(claimed: Claimed, outcome: Outcome) -> None:
    """What became of the run and where its time went: in the figures, and in one line."""
    timeline, usage = claimed.timeline, outcome.usage
    metrics.finished(outcome.status, outcome.error_code, usage, timeline.pieces)
    timeline.end_trace(status=outcome.status, code=outcome.error_code, pieces=timeline.pieces)
    log.info(
        "run_finished",
        run_id=str(claimed.run_id),
        tenant_id=str(claimed.tenant_id),
        status=outcome.status,
        code=outcome.error_code,
        attempt=claimed.attempt,
        **timeline.count(),
        pieces=timeline.pieces,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def _failure(outcome: Outcome) -> Failure | None:
    if outcome.status != "failed":
        return None
    return Failure(
        code=outcome.error_code or "failed",
        sentence=outcome.sentence,
        retryable=outcome.retryable,
        retry_after_s=outcome.retry_after_s,
    )
