"""The rules of the web chat: who may read what, sending once, stopping, retrying, resetting.

Everything that changes a conversation locks its row first, then its runs. Frames and nudges leave
after the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.config import settings
from shared.db import PortalSession, TenantSession
from shared.db.away import VALKEY_AWAY
from shared.errors import AgentPaused, Conflict, Forbidden, NotFound, TextRefused
from shared.events import MessageFrame, ResetFrame, ResponseFrame
from shared.log import get_logger
from shared.models import WebConversation, WebConversationMessage
from shared.models.message import ChannelType, KonstructMessage
from shared.publish import publish_frame, publish_run_control
from shared.redis import get_redis
from shared.redis_keys import memory_short_key
from shared.repositories import agents, chat, connecting, runs, turns
from shared.repositories.chat import LockedConversation

log = get_logger(__name__)

NO_SUCH_CONVERSATION = "There is no such conversation."
MAX_PAGE = 200
MAX_LISTED = 1_000

Session = TenantSession | PortalSession


def check_text(text: str) -> None:
    """Raise TextRefused, with a sentence, for text that cannot be a message."""
    if not text.strip():
        raise TextRefused("The message is empty. Write something first.", code="text_empty")
    if len(text) > settings.max_message_chars:
        raise TextRefused(
            f"The message has {len(text)} characters; at most {settings.max_message_chars} "
            "are possible. Send it in parts.",
            code="text_too_long",
        )
    if "\x00" in text:
        raise TextRefused("The message holds a NUL character, which cannot be stored.")


# ── reading ────────────────────────────────────────────────────────────────────────────────────


def check_owner(
    conversation: WebConversation | None, *, user_id: UUID, role: str
) -> WebConversation:
    """The conversation, if this person may see it: its owner, or the platform admin.

    Raises NotFound for none (row-level security makes another tenant's look like none), Forbidden
    for a colleague's.
    """
    if conversation is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    if conversation.user_id != user_id and role != "platform_admin":
        raise Forbidden("This conversation belongs to someone else.")
    return conversation


async def history(
    session: Session, conversation_id: UUID, *, limit: int, before: UUID | None
) -> Sequence[WebConversationMessage]:
    """The newest `limit` messages, older than the message `before`, in ascending order."""
    before_seq = None
    if before is not None:
        cursor = await chat.message_by_id(session, conversation_id, before)
        if cursor is None:
            raise NotFound("`before` is not a message of this conversation.")
        before_seq = cursor.seq
    return await chat.history_page(session, conversation_id, limit=limit, before_seq=before_seq)


async def catch_up(
    tenant_id: UUID, conversation_id: UUID, after_seq: int | None, *, limit: int = MAX_PAGE
) -> connecting.CatchUp:
    """Messages newer than `after_seq` (with None, no messages), the oldest `limit` of them.

    All of one moment: an answer is either in flight or a message, never both and never neither.
    """
    news = await connecting.catch_up(tenant_id, conversation_id, after_seq, limit)
    if news is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    return news


def message_frame(message: WebConversationMessage) -> MessageFrame:
    return MessageFrame.model_validate(message, from_attributes=True)


def response_frame(message: WebConversationMessage) -> ResponseFrame:
    return ResponseFrame(
        text=message.content,
        conversation_id=message.conversation_id,
        message_id=message.id,
        seq=message.seq,
        reply_to=message.reply_to,
        status=message.status,
        created_at=message.created_at,
        error_code=message.error_code,
        finish=message.finish,
    )


# ── changing ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored user message. `resent` if it was there before; then perhaps with its outcome."""

    message: WebConversationMessage
    resent: bool
    outcome: WebConversationMessage | None = None


async def send(
    tenant_id: UUID,
    message: KonstructMessage,
    extras: dict[str, str],
    *,
    client_message_id: str | None,
) -> Sent:
    """Store a user's message and its run, in one transaction; nothing if it is refused.

    `message.id` becomes the stored message's id. The same `client_message_id` again gives the
    message stored the first time. Raises TextRefused, NotFound, Conflict.
    """
    text = message.content.text
    check_text(text)
    conversation_id, message_id = UUID(message.thread_id or ""), UUID(message.id)
    payload = message.model_dump(mode="json") | extras
    while True:
        stored = await turns.ask(
            tenant_id,
            conversation_id,
            message_id=message_id,
            text=text,
            client_message_id=client_message_id,
            payload=payload,
            first_nudge_s=settings.first_nudge_s,
        )
        if stored is not None:
            break
        known = await _sent_before(tenant_id, conversation_id, text, client_message_id)
        if known is not None:
            return known
        # What stood in its way is gone: it was reset away, or the agent is active again.
    seq, created_at = stored
    return Sent(
        WebConversationMessage(
            id=message_id,
            tenant_id=tenant_id,
            conversation_id=conversation_id,
            role="user",
            content=text,
            status="complete",
            client_message_id=client_message_id,
            seq=seq,
            created_at=created_at,
        ),
        resent=False,
    )


async def _sent_before(
    tenant_id: UUID, conversation_id: UUID, text: str, client_message_id: str | None
) -> Sent | None:
    """The message of this `client_message_id`. Raises what else keeps a message from being
    stored; None if nothing does."""
    async with TenantSession(tenant_id) as session, session.transaction():
        conversation = await _locked(session, conversation_id)
        if client_message_id is not None:
            known = await chat.message_by_client_id(session, conversation_id, client_message_id)
            if known is not None:
                if known.content != text:
                    raise Conflict(
                        "This client_message_id was used for another text. "
                        "Give every message its own.",
                        code="client_message_id_reused",
                    )
                outcome = await chat.outcome_of(session, conversation_id, known.id)
                return Sent(known, resent=True, outcome=outcome)
        _require_active_agent(conversation)
    return None


@dataclass(frozen=True, slots=True)
class Retried:
    """A user's message that will be answered again, and what to nudge the workers with."""

    message: WebConversationMessage
    payload: dict[str, object] | None


async def retry(tenant_id: UUID, conversation_id: UUID, message_id: UUID) -> Retried:
    """Open a new run for a message whose outcome is `failed`. Asking twice opens one.

    Raises NotFound, Conflict if there is nothing to retry.
    """
    async with TenantSession(tenant_id) as session, session.transaction():
        conversation = await _locked(session, conversation_id)
        message = await chat.message_by_id(session, conversation_id, message_id)
        if message is None or message.role != "user":
            raise NotFound("There is no such message of yours in this conversation.")
        last_run = await runs.run_of_message(session, tenant_id, str(message_id))
        if last_run is None or last_run.payload is None:
            raise Conflict("This message cannot be answered again. Send it anew.")
        if last_run.state in runs.UNFINISHED:
            return Retried(message, payload=None)
        if last_run.state != "failed":
            raise Conflict("This message is answered already.", code="not_failed")
        _require_active_agent(conversation)
        await runs.add_run(
            session,
            tenant_id=tenant_id,
            agent_id=conversation.agent_id,
            channel=last_run.channel,
            thread_id=last_run.thread_id,
            message_id=last_run.message_id,
            payload=last_run.payload,
            attempt=last_run.attempt,
            first_nudge_s=settings.first_nudge_s,
        )
        return Retried(message, payload=last_run.payload)


async def stop(tenant_id: UUID, conversation_id: UUID, message_id: UUID | None) -> None:
    """Stop the answer to a message, or the one being written. What was said so far is the outcome.

    A run nobody has begun ends at once, with nothing said. Raises NotFound, and Conflict if
    nothing is being answered.
    """
    async with TenantSession(tenant_id) as session, session.transaction():
        await _locked(session, conversation_id)
        unfinished = await runs.unfinished_runs(
            session, tenant_id, ChannelType.WEB, str(conversation_id)
        )
        wanted = [
            run for run in unfinished if message_id is None or run.message_id == str(message_id)
        ]
        if not wanted:
            raise Conflict("Nothing is being answered.", code="nothing_to_stop")
        run = wanted[0]
        if await runs.finish_pending(session, run.id, state="stopped"):
            outcome = await chat.add_message(
                session,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                role="assistant",
                content="",
                status="stopped",
                reply_to=UUID(run.message_id),
            )
            session.after_commit(
                lambda: publish_frame(tenant_id, conversation_id, response_frame(outcome))
            )
        else:
            await runs.request_stop(session, run.id)
            session.after_commit(lambda: publish_run_control([run.id]))


async def reset(session: Session, conversation_id: UUID) -> None:
    """Delete the messages, end what is being answered, clear memory; the conversation stays.

    Every socket is told after the commit. The caller has checked that this person may.
    """
    conversation = await _locked(session, conversation_id)
    tenant_id = conversation.tenant_id
    unfinished = await runs.unfinished_runs(
        session, tenant_id, ChannelType.WEB, str(conversation_id)
    )
    await runs.cancel_thread(session, tenant_id, ChannelType.WEB, str(conversation_id))
    await chat.empty_conversation(session, conversation_id)
    seq = conversation.last_seq
    memory = memory_short_key(tenant_id, conversation.agent_id, conversation.user_id)

    async def tell() -> None:
        await publish_frame(tenant_id, conversation_id, ResetFrame(seq=seq))
        await publish_run_control([run.id for run in unfinished])
        await forget_memory(memory)

    session.after_commit(tell)


async def forget_memory(key: str) -> None:
    """Short-term memory also expires by itself, so a Valkey that is away only delays this."""
    try:
        await get_redis().delete(key)
    except VALKEY_AWAY as error:
        log.warning("memory_not_cleared", error=type(error).__name__)


async def open_conversation(
    session: Session, *, tenant_id: UUID, agent_id: UUID, user_id: UUID
) -> tuple[WebConversation, str, bool]:
    """The person's conversation with this agent, its agent's name, and whether it is new."""
    agent = await agents.agent_by_id(session, tenant_id, agent_id)
    if agent is None:
        raise NotFound("There is no such agent in this tenant.")
    conversation, created = await chat.create_conversation(
        session, tenant_id=tenant_id, agent_id=agent_id, user_id=user_id
    )
    return conversation, agent.name, created


async def _locked(session: Session, conversation_id: UUID) -> LockedConversation:
    conversation = await chat.lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFound(NO_SUCH_CONVERSATION)
    return conversation


def _require_active_agent(conversation: LockedConversation) -> None:
    if not conversation.agent_is_active:
        raise AgentPaused(conversation.paused_notice)
