"""Stored messages, and errors, as the frames that tell them."""

from collections.abc import Iterable
from typing import Any, get_args
from uuid import UUID

from shared.conversations.outcomes import StoredOutcome
from shared.errors import AgentPaused, KonstructError, TooMany
from shared.events import Author, Citation, ErrorFrame, Handling, MessageFrame, ResponseFrame
from shared.models import WebConversationMessage


def known_handling(handling: str | None) -> Handling | None:
    """None for one that only a newer version knows."""
    return handling if handling in get_args(Handling) else None  # type: ignore[return-value]


def citations(parts: Iterable[dict[str, Any]] | None) -> list[Citation] | None:
    """Those among a message's parts; None if it has none."""
    cited = [part for part in parts or () if part.get("kind") == "citation"]
    return [Citation.model_validate(part) for part in cited] or None


def message_frame(
    message: WebConversationMessage,
    *,
    author: Author | None = None,
    attempt: int | None = None,
    handling: str | None = None,
) -> MessageFrame:
    """`author` of what neither the person nor the agent wrote; `handling` of a user's message that
    nobody was asked to answer."""
    frame = MessageFrame.model_validate(message, from_attributes=True)
    frame.author = author
    frame.attempt = attempt
    frame.handling = known_handling(handling)
    frame.citations = citations(message.parts)
    return frame


def response_frame(
    message: WebConversationMessage,
    *,
    author: Author | None = None,
    attempt: int | None = None,
) -> ResponseFrame:
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
        author=author,
        attempt=attempt,
        citations=citations(message.parts),
    )


def outcome_frame(
    conversation_id: UUID,
    outcome: StoredOutcome,
    text: str = "",
    *,
    error_code: str | None = None,
    finish: str | None = None,
    author: Author | None = None,
    attempt: int | None = None,
    parts: Iterable[dict[str, Any]] | None = None,
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
        author=author,
        attempt=attempt,
        citations=citations(parts),
    )


def said_frame(
    conversation_id: UUID,
    said: StoredOutcome,
    text: str,
    *,
    author: Author,
    handling: str | None = None,
) -> MessageFrame:
    """A notice, or a colleague's words that are nobody's answer."""
    return MessageFrame(
        id=said.id,
        conversation_id=conversation_id,
        seq=said.seq,
        role="assistant",
        content=text,
        status="complete",
        created_at=said.created_at,
        author=author,
        handling=known_handling(handling),
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
