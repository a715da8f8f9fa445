"""Which channel reaches which agent."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId
from shared.models.message import ChannelType

_CHANNELS = ", ".join(f"'{channel}'" for channel in ChannelType)


class ChannelConnection(HasId, HasCreatedAt, Base):
    """A tenant's account on a channel, e.g. a Slack workspace."""

    __tablename__ = "channel_connections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_type", "workspace_id"),
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"], ["agents.tenant_id", "agents.id"], ondelete="CASCADE"
        ),
        Index("ix_channel_connections_agent", "tenant_id", "agent_id"),
        CheckConstraint(f"channel_type IN ({_CHANNELS})", name="channel_type"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID | None]
    channel_type: Mapped[str]
    workspace_id: Mapped[str]
    config: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
