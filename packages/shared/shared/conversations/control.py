"""What a person does to an answer or a whole conversation: stop, retry, reset.

Each locks the conversation's row first, then its runs. Frames and nudges leave after the commit.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.config import settings
from shared.conversations import handover, repository
from shared.conversations.frames import outcome_frame
from shared.conversations.locked import lock, require_active_agent, require_agent_speaks
from shared.conversations.places import WEB_CHANNEL
from shared.db import TenantSession, WithinTenant
from shared.errors import Conflict, NotFound
from shared.events import ResetFrame
from shared.log import get_logger
from shared.models import WebConversationMessage
from shared.outages import VALKEY_AWAY
from shared.redis_keys import memory_short_key
from shared.runs import queue
from shared.valkey.client import get_redis
from shared.valkey.publish import publish_frame, publish_run_control, tell_changed

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Retried:
    """A user's message that will be answered again, and what to nudge the workers with."""

    message: WebConversationMessage
    nudge: dict[str, str] | None


async def retry(
    tenant_id: UUID, conversation_id: UUID, message_id: UUID, *, channel: str = WEB_CHANNEL
) -> Retried:
    """Open a new run for a message whose outcome is `failed`; for one that was answered together
    with a newer one, for that. Asking twice opens one.

    Raises NotFound, Conflict if there is nothing to retry.
    """
    async with TenantSession(tenant_id) as session, session.transaction():
        conversation = await lock(session, conversation_id, channel)
        message = await repository.message_by_id(session, conversation_id, message_id, channel)
        if message is None or message.role != "user":
            raise NotFound("There is no such message of yours in this conversation.")
        last_run = await queue.answering_run(session, tenant_id, str(message_id))
        if last_run is None or last_run.payload is None:
            raise Conflict("This message cannot be answered again. Send it anew.")
        if last_run.message_id not in (None, str(message_id)):
            answered_with = UUID(last_run.message_id)
            message = await repository.message_by_id(
                session, conversation_id, answered_with, channel
            )
            assert message is not None
        if last_run.state in queue.UNFINISHED:
            return Retried(message, nudge=None)
        require_agent_speaks(conversation)
        outcome = await repository.outcome_of(session, conversation_id, message.id, channel)
        if outcome is None or outcome.status != "failed":
            raise Conflict("This message is answered already.", code="not_failed")
        require_active_agent(conversation)
        run_id = await queue.add_run(
            session,
            tenant_id=tenant_id,
            agent_id=conversation.agent_id,
            channel=last_run.channel,
            thread_id=last_run.thread_id,
            message_id=str(message.id),
            payload=last_run.payload,
            attempt=last_run.attempt,
            first_nudge_s=settings.worker.first_nudge_s,
        )
        nudge = {"id": str(message.id), "tenant_id": str(tenant_id), "run_id": str(run_id)}
        return Retried(message, nudge)


async def stop(
    tenant_id: UUID, conversation_id: UUID, message_id: UUID | None, *, channel: str = WEB_CHANNEL
) -> None:
    """Stop the answer to a message, or the one being written. What was said so far is the outcome.

    A run nobody has begun ends at once, with nothing said. Raises NotFound, and Conflict if
    nothing is being answered.
    """
    async with TenantSession(tenant_id) as session, session.transaction():
        await lock(session, conversation_id, channel)
        unfinished = await queue.lock_unfinished(session, tenant_id, channel, str(conversation_id))
        if message_id is not None:
            answers = await queue.answering_run(session, tenant_id, str(message_id))
            unfinished = [run for run in unfinished if answers and run.id == answers.id]
        if not unfinished:
            raise Conflict("Nothing is being answered.", code="nothing_to_stop")
        run = unfinished[0]
        if run.state != "pending":
            await queue.request_stop(session, run.id)
            session.after_commit(lambda: publish_run_control([run.id]))
            return
        outcomes = await repository.end_pending(
            session, conversation_id, run.id, state="stopped", channel=channel
        )

        async def tell() -> None:
            for outcome in outcomes:
                frame = outcome_frame(conversation_id, outcome)
                await publish_frame(tenant_id, conversation_id, frame)

        session.after_commit(tell)


async def reset(
    session: WithinTenant, conversation_id: UUID, *, channel: str = WEB_CHANNEL
) -> None:
    """Delete the messages, end what is being answered, clear memory; the conversation stays.

    Every socket is told after the commit. The caller has checked that this person may.
    """
    conversation = await lock(session, conversation_id, channel)
    tenant_id = conversation.tenant_id
    unfinished = await queue.lock_unfinished(session, tenant_id, channel, str(conversation_id))
    await queue.cancel_thread(session, tenant_id, channel, str(conversation_id))
    await repository.empty_conversation(session, conversation_id, channel)
    seq = conversation.last_seq
    memory = memory_short_key(tenant_id, conversation.agent_id, conversation.user_id)

    async def tell() -> None:
        await publish_frame(tenant_id, conversation_id, ResetFrame(seq=seq))
        tell_changed(tenant_id, "conversations", person_id=conversation.user_id)
        await publish_run_control([run.id for run in unfinished])
        await forget_memory(memory)
        await handover.end_with_reset(tenant_id, channel, conversation_id)

    session.after_commit(tell)


async def forget_memory(key: str) -> None:
    """Short-term memory also expires by itself, so a Valkey that is away only delays this."""
    try:
        await get_redis().delete(key)
    except VALKEY_AWAY as error:
        log.warning("memory_not_cleared", error=type(error).__name__)
