"""The one message format. Every channel turns what it receives into a `KonstructMessage`;
nothing after the gateway knows a channel's own format."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, Field


class ChannelType(StrEnum):
    """Where people talk to agents."""

    SLACK = "slack"
    WHATSAPP = "whatsapp"
    MATTERMOST = "mattermost"
    ROCKETCHAT = "rocketchat"
    TEAMS = "teams"
    TELEGRAM = "telegram"
    SIGNAL = "signal"
    WEB = "web"
    WIDGET = "widget"
    SCRIPTED = "scripted"


class SenderInfo(BaseModel):
    """Who wrote the message, as the channel knows them. `user_id` is the channel's own id."""

    user_id: str
    display_name: str = ""
    email: str | None = None
    is_bot: bool = False


class MessageContent(BaseModel):
    """What was written."""

    text: str = ""
    html: str | None = None
    attachments: list[dict[str, Any]] = Field(default_factory=list)
    mentions: list[str] = Field(default_factory=list)


class KonstructMessage(BaseModel):
    """A message on its way through Konstruct. `thread_id` scopes order and memory."""

    id: str = Field(default_factory=lambda: str(uuid4()))
    tenant_id: str | None = None
    channel: ChannelType
    channel_metadata: dict[str, Any] = Field(default_factory=dict)
    sender: SenderInfo
    content: MessageContent
    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))
    thread_id: str | None = None
    reply_to: str | None = None
    context: dict[str, Any] = Field(default_factory=dict)
