"""Stored messages as the frames that tell them."""

from shared.events import MessageFrame, ResponseFrame
from shared.models import WebConversationMessage


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
