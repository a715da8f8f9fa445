"""A person's message from a live socket is stored once, in one transaction with the run that shall
answer it."""

from dataclasses import dataclass
from uuid import UUID

from shared.config import settings
from shared.conversations import repository
from shared.conversations.locked import lock, require_active_agent
from shared.conversations.turns import asking
from shared.db import TenantSession
from shared.errors import Conflict, TextRefused
from shared.models import WebConversationMessage
from shared.models.message import KonstructMessage


def check_text(text: str) -> None:
    """Raise TextRefused, with a sentence, for text that cannot be a message."""
    if not text.strip():
        raise TextRefused("The message is empty. Write something first.", code="text_empty")
    if len(text) > settings.sockets.max_message_chars:
        raise TextRefused(
            f"The message has {len(text)} characters; at most {settings.sockets.max_message_chars} "
            "are possible. Send it in parts.",
            code="text_too_long",
        )
    if "\x00" in text:
        raise TextRefused("The message holds a NUL character, which cannot be stored.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored user message. `resent` if it was there before; then perhaps with its outcome."""

    message: WebConversationMessage
    resent: bool
    outcome: WebConversationMessage | None = None
    handling: str | None = None
    """Who has the conversation, where that is not its agent: then nobody was asked to answer."""
    nudge: dict[str, str] | None = None
    """What to tell the workers."""


async def send(
    tenant_id: UUID,
    message: KonstructMessage,
    extras: dict[str, str],
    *,
    client_message_id: str | None,
    may_merge: bool = False,
) -> Sent:
    """Store a user's message and its run, in one transaction; nothing if it is refused.

    `message.id` becomes the stored message's id. The run holds the message without its text, which
    is read where it is stored; it `may_merge` with others of this person. The same
    `client_message_id` again gives the message stored the first time. Raises TextRefused, NotFound,
    Conflict.
    """
    text = message.content.text
    check_text(text)
    conversation_id, message_id = UUID(message.thread_id or ""), UUID(message.id)
    payload = message.model_dump(mode="json") | extras
    payload["content"]["text"] = ""
    while True:
        stored = await asking.ask(
            tenant_id,
            message.channel,
            conversation_id,
            message_id=message_id,
            text=text,
            client_message_id=client_message_id,
            payload=payload,
            first_nudge_s=settings.worker.first_nudge_s,
            may_merge=may_merge,
        )
        if stored is not None:
            break
        known = await _sent_before(
            tenant_id, message.channel, conversation_id, text, client_message_id
        )
        if known is not None:
            return known
        # What stood in its way is gone: it was reset away, or the agent is active again.
    nudge = {"id": message.id, "tenant_id": str(tenant_id), "run_id": str(stored.run_id)}
    return Sent(
        WebConversationMessage(
            id=message_id,
            tenant_id=tenant_id,
            conversation_id=conversation_id,
            role="user",
            content=text,
            status="complete",
            client_message_id=client_message_id,
            seq=stored.seq,
            created_at=stored.created_at,
        ),
        resent=False,
        handling=None if stored.run_id else stored.handling,
        nudge=nudge if stored.run_id else None,
    )


async def _sent_before(
    tenant_id: UUID,
    channel: str,
    conversation_id: UUID,
    text: str,
    client_message_id: str | None,
) -> Sent | None:
    """The message of this `client_message_id`. Raises what else keeps a message from being
    stored; None if nothing does."""
    async with TenantSession(tenant_id) as session, session.transaction():
        conversation = await lock(session, conversation_id, channel)
        if client_message_id is not None:
            known = await repository.message_by_client_id(
                session, conversation_id, client_message_id, channel
            )
            if known is not None:
                if known.content != text:
                    raise Conflict(
                        "This client_message_id was used for another text. "
                        "Give every message its own.",
                        code="client_message_id_reused",
                    )
                outcome = await repository.outcome_of(session, conversation_id, known.id, channel)
                held = conversation.handling if conversation.handling != "agent" else None
                return Sent(known, resent=True, outcome=outcome, handling=None if outcome else held)
        require_active_agent(conversation)
    return None
