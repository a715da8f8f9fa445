"""An answer that failed, and may succeed in a moment, is tried again by us, on channels where its
person can only wait."""

from shared.config import settings
from shared.conversations.turns import trying_again
from shared.log import get_logger
from shared.runs.nudges import nudge_in

from orchestrator import metrics
from orchestrator.channels.registry import channel_of
from orchestrator.life.context import WorkerContext
from orchestrator.pipeline.answer import Outcome
from orchestrator.pipeline.claim import TRIED_AGAIN, Claimed

log = get_logger(__name__)


async def is_tried_again(worker: WorkerContext, claimed: Claimed, outcome: Outcome) -> bool:
    """Whether this failure is no outcome yet: then the run waits, and is nudged when it may begin.

    Not if the attempts of this message have killed workers, if the provider asks for longer than
    we would wait, or if the platform takes no reply any more by then.
    """
    pauses = channel_of(claimed.message.channel).tries_again_after_s
    tried = int(claimed.extras.get(TRIED_AGAIN, 0))
    if outcome.status != "failed" or not outcome.retryable or tried >= len(pauses):
        return False
    if claimed.tries > settings.worker.max_attempts or (outcome.retry_after_s or 0) > pauses[-1]:
        return False
    pause_s = max(pauses[tried], outcome.retry_after_s or 0)
    if not await trying_again.try_again(
        claimed.tenant_id,
        claimed.message.channel,
        run_id=claimed.run_id,
        worker_id=worker.id,
        attempt=claimed.attempt,
        tried_again=tried + 1,
        pause_s=pause_s,
        first_nudge_s=settings.worker.first_nudge_s,
        input_tokens=outcome.usage.input_tokens,
        output_tokens=outcome.usage.output_tokens,
    ):
        return False
    nudge_in(
        pause_s,
        {
            "id": claimed.message.id,
            "tenant_id": str(claimed.tenant_id),
            "run_id": str(claimed.run_id),
        },
    )
    metrics.TRIED_AGAIN.inc()
    log.info(
        "run_tried_again_later",
        run_id=str(claimed.run_id),
        code=outcome.error_code,
        attempt=claimed.attempt,
        pause_s=pause_s,
    )
    return True
