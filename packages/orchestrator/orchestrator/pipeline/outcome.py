"""Storing an outcome: fenced, exactly once, before anybody is told.

The conversation is locked, the run is ended only if it is still ours at this attempt, and the
answer is inserted, in one transaction. A database that is away for a while is waited for.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID, uuid4

from shared.config import settings
from shared.conversations.frames import outcome_frame, response_frame
from shared.conversations.history import outcome_of
from shared.conversations.outcomes import StoredOutcome
from shared.conversations.places import ON_OUR_PAGES
from shared.conversations.turns import ending
from shared.conversations.turns.ending import Ending
from shared.conversations.wording import apology_in
from shared.db import TenantSession
from shared.events import Finish
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.outages import DATABASE_AWAY, passes
from shared.runs import queue
from shared.valkey.publish import tell_changed

from orchestrator.life.context import WorkerContext
from orchestrator.pipeline.answer import BROKEN, Outcome, RunStatus, failed
from orchestrator.pipeline.claim import Claimed

log = get_logger(__name__)

RUN_STATE = {"complete": "done", "stopped": "stopped", "failed": "failed"}
STORE_WITHIN_S = 30.0
HINTS = ("placeholder_ts", "channel_id")
"""Of what a channel put beside the message: what helps to send the answer."""
MERGED = Outcome("complete", "")
"""The words of an older message's outcome."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an outcome that was ours to store."""

    outcome: Outcome
    """What was stored, which need not be what was to be."""
    told: dict[str, Any]
    """The answer's frame."""
    merged: list[dict[str, Any]]
    """Those of the older messages that were answered together with it."""
    following: list[dict[str, Any]]
    """What to nudge with for the runs that may begin now."""


async def store(worker: WorkerContext, claimed: Claimed, outcome: Outcome) -> Stored | None:
    """Store it; None if the run was not ours any more.

    Raises the database's error if it stays away; then the run is answered again later. What cannot
    be stored for another reason would be refused next time as well, after the model has been paid
    again: then it is stored without what accompanies it, and else the person is told that it
    failed.
    """
    bare = [replace(outcome, grounding=None)] if outcome.grounding else []
    for storable in (outcome, *bare):
        try:
            return await _store_waiting(worker, claimed, storable)
        except DATABASE_AWAY as error:
            if passes(error):
                raise
            log.exception("outcome_cannot_be_stored", run_id=str(claimed.run_id))
        except Exception:
            log.exception("outcome_cannot_be_stored", run_id=str(claimed.run_id))
    return await _store_waiting(worker, claimed, failed("internal_error", BROKEN))


async def _store_waiting(
    worker: WorkerContext, claimed: Claimed, outcome: Outcome
) -> Stored | None:
    """Waiting for a database that is away."""
    delay_s = 0.1
    give_up_at = asyncio.get_running_loop().time() + STORE_WITHIN_S
    while True:
        try:
            return await _store_once(worker, claimed, outcome)
        except DATABASE_AWAY as error:
            if not passes(error) or asyncio.get_running_loop().time() > give_up_at:
                raise
            log.warning("outcome_not_stored_yet", error=type(error).__name__)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 2.0)


async def _store_once(worker: WorkerContext, claimed: Claimed, outcome: Outcome) -> Stored | None:
    attempted = Ending(
        run_id=claimed.run_id,
        worker_id=worker.id,
        attempt=claimed.attempt,
        state=RUN_STATE[outcome.status],
        error_code=outcome.error_code,
        input_tokens=outcome.usage.input_tokens,
        output_tokens=outcome.usage.output_tokens,
        covers=claimed.covers,
    )
    apology = None
    if outcome.status == "failed":
        apology = await apology_in(
            claimed.tenant_id, claimed.message.channel, UUID(claimed.thread_id)
        )
        outcome = _for_customer(claimed, outcome, apology)
    ended = await ending.end(
        claimed.tenant_id,
        claimed.message.channel,
        UUID(claimed.thread_id),
        attempted,
        message_id=uuid4(),
        text=outcome.text,
        status=outcome.status,
        finish=outcome.finish,
        hints={name: claimed.extras[name] for name in HINTS if name in claimed.extras},
        apology=apology,
        grounding=outcome.grounding,
        runs_at_once=settings.limits.tenant_runs_at_once,
    )
    if ended is None:
        return await _stored_before(worker, claimed, outcome)
    if outcome.grounding and outcome.grounding.calls_person:
        tell_changed(claimed.tenant_id, "attention")
    merged = [_told(claimed, older, MERGED) for older in ended.merged]
    return Stored(outcome, _told(claimed, ended.answer, outcome), merged, ended.following)


async def _stored_before(
    worker: WorkerContext, claimed: Claimed, outcome: Outcome
) -> Stored | None:
    """A commit may succeed and its answer be lost; then our own outcome is there already."""
    async with TenantSession(claimed.tenant_id) as session, session.transaction():
        if not await queue.was_finished_by(session, claimed.run_id, worker.id, claimed.attempt):
            log.warning("outcome_refused", run_id=str(claimed.run_id), attempt=claimed.attempt)
            return None
        stored = await outcome_of(
            session, UUID(claimed.thread_id), UUID(claimed.message.id), claimed.message.channel
        )
    if stored is None:
        return None
    if stored.status != outcome.status:
        outcome = _as_stored(outcome, stored)
    told = response_frame(stored, attempt=claimed.attempt).payload()
    return Stored(outcome, told, merged=[], following=[])  # who missed more looks for it


def _for_customer(claimed: Claimed, outcome: Outcome, apology: str | None) -> Outcome:
    """On a page that customers see, the apology stands where its reason would: that is for the
    business's own people."""
    if apology is None or claimed.message.channel not in ON_OUR_PAGES:
        return outcome
    said = outcome.text if outcome.finish == "broken_off" else apology
    return replace(outcome, text=said, sentence=apology)


def _as_stored(outcome: Outcome, stored: WebConversationMessage) -> Outcome:
    """What was stored before, in the place of what could not be."""
    return replace(
        outcome,
        status=cast(RunStatus, stored.status),
        text=stored.content,
        finish=cast(Finish | None, stored.finish),
        error_code=stored.error_code,
    )


def _told(claimed: Claimed, stored: StoredOutcome, outcome: Outcome) -> dict[str, Any]:
    frame = outcome_frame(
        UUID(claimed.thread_id),
        stored,
        outcome.text,
        error_code=outcome.error_code,
        finish=outcome.finish,
        attempt=claimed.attempt,
        parts=outcome.grounding.citations if outcome.grounding else None,
    )
    return frame.payload()
