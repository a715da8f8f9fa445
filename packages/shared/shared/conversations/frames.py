"""Stored messages, and errors, as the frames that tell them."""

from uuid import UUID

from shared.conversations.outcomes import StoredOutcome
from shared.errors import AgentPaused, KonstructError, TooMany
from shared.events import Author, ErrorFrame, MessageFrame, ResponseFrame
from shared.models import WebConversationMessage


def message_frame(
    message: WebConversationMessage, *, author: Author | None = None, handling: str | None = None
) -> MessageFrame:
    """`handling` says of a user's message that nobody was asked to answer."""
    frame = MessageFrame.model_validate(message, from_attributes=True)
    frame.author = author
    if message.role == "user":
        frame.handling = handling
    return frame


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


def error_frame(
    error: KonstructError, *, reply_to: UUID | None = None, client_message_id: str | None = None
) -> ErrorFrame:
    return ErrorFrame(
        code=error.code,
        message=error.message,
        retryable=error.retryable,
        reply_to=reply_to,
        client_message_id=client_message_id,
        notice=error.notice if isinstance(error, AgentPaused) else None,
        retry_after_s=error.retry_after_s if isinstance(error, TooMany) else None,
    )


def outcome_frame(
    conversation_id: UUID,
    outcome: StoredOutcome,
    text: str = "",
    *,
    error_code: str | None = None,
    finish: str | None = None,
) -> ResponseFrame:
    """As when it is told again from the database."""
    return ResponseFrame(
        text=text,
        conversation_id=conversation_id,
        message_id=outcome.id,
        seq=outcome.seq,
        reply_to=outcome.reply_to,
        status=outcome.status,
        created_at=outcome.created_at,
        error_code=error_code,
        finish=finish,
    )
