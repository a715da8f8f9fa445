"""Storing an outcome: fenced, exactly once, before anybody is told.

The conversation is locked, the run is ended only if it is still ours at this attempt, and the
answer is inserted, in one transaction. A database that is away for a while is waited for.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.db import TenantSession
from shared.db.away import DATABASE_AWAY
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.models.message import ChannelType
from shared.repositories import chat, runs

from orchestrator.pipeline.answer import Outcome
from orchestrator.pipeline.claim import Claimed
from orchestrator.worker_life import WorkerLife

log = get_logger(__name__)

RUN_STATE = {"complete": "done", "stopped": "stopped", "failed": "failed"}
STORE_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an outcome that was ours to store."""

    told: dict[str, Any]
    """What goes out with the answer: message_id, seq, reply_to, status, created_at."""
    following: dict[str, Any] | None
    """What to nudge with for the thread's next run, to be sent after the commit."""


async def store(life: WorkerLife, claimed: Claimed, outcome: Outcome) -> Stored | None:
    """Store it; None if the run was not ours any more.

    Raises the database's error if it stays away; then the run is answered again later.
    """
    delay_s = 0.1
    give_up_at = asyncio.get_running_loop().time() + STORE_WITHIN_S
    while True:
        try:
            return await _store_once(life, claimed, outcome)
        except DATABASE_AWAY as error:
            if asyncio.get_running_loop().time() > give_up_at:
                raise
            log.warning("outcome_not_stored_yet", error=type(error).__name__)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 2.0)


async def _store_once(life: WorkerLife, claimed: Claimed, outcome: Outcome) -> Stored | None:
    async with TenantSession(claimed.tenant_id) as session, session.transaction():
        is_web = claimed.message.channel is ChannelType.WEB
        if is_web and not await chat.lock_conversation(session, UUID(claimed.thread_id)):
            return None
        ours = await runs.finish(
            session,
            claimed.run_id,
            worker_id=life.id,
            attempt=claimed.attempt,
            state=RUN_STATE[outcome.status],
            error_code=outcome.error_code,
            input_tokens=outcome.usage.input_tokens,
            output_tokens=outcome.usage.output_tokens,
        )
        if not ours:
            return await _stored_before(session, life, claimed) if is_web else None
        # Read under the conversation's lock: a run added later brings its own nudge.
        following = await runs.head_of_thread(
            session, claimed.tenant_id, claimed.message.channel, claimed.thread_id
        )
        if not is_web:
            return Stored({}, following)
        stored = await chat.add_message(
            session,
            tenant_id=claimed.tenant_id,
            conversation_id=UUID(claimed.thread_id),
            role="assistant",
            content=outcome.text,
            status=outcome.status,
            reply_to=UUID(claimed.message.id),
        )
    return Stored(_told(stored), following)


async def _stored_before(
    session: TenantSession, life: WorkerLife, claimed: Claimed
) -> Stored | None:
    """A commit may succeed and its answer be lost; then our own outcome is there already."""
    if not await runs.was_finished_by(session, claimed.run_id, life.id, claimed.attempt):
        log.warning("outcome_refused", run_id=str(claimed.run_id), attempt=claimed.attempt)
        return None
    stored = await chat.outcome_of(session, UUID(claimed.thread_id), UUID(claimed.message.id))
    return Stored(_told(stored), following=None) if stored else None


def _told(stored: WebConversationMessage) -> dict[str, Any]:
    return {
        "message_id": str(stored.id),
        "seq": stored.seq,
        "reply_to": str(stored.reply_to),
        "status": stored.status,
        "created_at": stored.created_at.isoformat(),
    }
