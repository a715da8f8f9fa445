"""One message, answered."""

import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from shared.events import ErrorFrame
from shared.jobs import handle_message
from shared.log import get_logger
from shared.models.message import ChannelType
from shared.publish import publish_frame

from orchestrator.pipeline.answer import Outcome, answer
from orchestrator.pipeline.claim import Claimed, claim
from orchestrator.pipeline.outcome import store
from orchestrator.worker_life import WorkerLife

log = get_logger(__name__)

SendResponse = Callable[[Claimed, str, dict[str, Any]], Awaitable[None]]


async def respond(
    life: WorkerLife, tenant_id: UUID, message_id: UUID, send_response: SendResponse
) -> None:
    """Claim the message's run, let the agent answer, store the outcome, tell everyone, and nudge
    the thread's next run. Does nothing if the run is not to be had."""
    began = time.monotonic()
    with ExitStack() as hands:
        claimed = await claim(life, hands, tenant_id, message_id)
        if claimed is None:
            return
        claimed_at = time.monotonic()
        outcome = await answer(life, claimed)
        answered_at = time.monotonic()
        stored = await store(life, claimed, outcome) if outcome else None
        stored_at = time.monotonic()
    if outcome is None or stored is None:
        log.info("run_lost", run_id=str(claimed.run_id), attempt=claimed.attempt)
        return
    await _tell_failure(claimed, outcome)
    await send_response(claimed, outcome.text, stored.told)
    if stored.following is not None:
        handle_message.delay(stored.following)
    log.info(
        "run_finished",
        run_id=str(claimed.run_id),
        tenant_id=str(tenant_id),
        status=outcome.status,
        code=outcome.error_code,
        attempt=claimed.attempt,
        claim_ms=_ms(claimed_at - began),
        answer_ms=_ms(answered_at - claimed_at),
        store_ms=_ms(stored_at - answered_at),
        tell_ms=_ms(time.monotonic() - stored_at),
    )


async def _tell_failure(claimed: Claimed, outcome: Outcome) -> None:
    if outcome.status == "failed" and claimed.message.channel is ChannelType.WEB:
        await publish_frame(
            claimed.tenant_id,
            UUID(claimed.thread_id),
            ErrorFrame(
                code=outcome.error_code or "failed",
                message=outcome.text,
                retryable=outcome.retryable,
                reply_to=UUID(claimed.message.id),
            ),
        )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
