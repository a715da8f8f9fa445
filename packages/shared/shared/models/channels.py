"""Which channel reaches which agent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId
from shared.models.message import ChannelType

_CHANNELS = ", ".join(f"'{channel}'" for channel in ChannelType)


class ChannelConnection(HasId, HasCreatedAt, Base):
    """A tenant's account on a channel, e.g. a Slack workspace, or a door for the widget.

    `external_key` names the account as the platform does. It is claimed in state `proving` and
    becomes `live` once a worker has proved it; of all tenants one alone has it then. `failing` is
    live with a fault, whose code is in the column of that name. One that `listens` is told nothing
    by its platform unless a worker asks. A `disconnected` one stays, with its conversations, and
    may be revived. Nothing is sent before `not_before`, nor later than `reply_window_s` after what
    a contact said last, where the platform has such a window.
    """

    __tablename__ = "channel_connections"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "channel_type", "external_key"),
        Index(
            "uq_channel_connections_account",
            "channel_type",
            "external_key",
            unique=True,
            postgresql_where=text("state IN ('live', 'failing')"),
        ),
        ForeignKeyConstraint(
            ["tenant_id", "agent_id"],
            ["agents.tenant_id", "agents.id"],
            ondelete="SET NULL (agent_id)",
        ),
        Index("ix_channel_connections_agent", "tenant_id", "agent_id"),
        CheckConstraint(f"channel_type IN ({_CHANNELS})", name="channel_type"),
        CheckConstraint("state IN ('proving', 'live', 'failing', 'disconnected')", name="state"),
        CheckConstraint(
            "external_key IS NOT NULL OR state IN ('proving', 'disconnected')", name="account"
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID | None]
    channel_type: Mapped[str]
    external_key: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=text("'proving'"))
    failing: Mapped[str | None]
    not_before: Mapped[datetime | None]
    reply_window_s: Mapped[int | None]
    config: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class ConnectionCursor(Base):
    """How far a place of an account was heard, by whoever listens to it."""

    __tablename__ = "connection_cursors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
        Index("ix_connection_cursors_tenant_id", "tenant_id", "connection_id"),
    )

    tenant_id: Mapped[UUID]
    connection_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ConnectionLease(Base):
    """Who serves an account, in a role, and until when. Belongs to no tenant.

    `number` grows with each change of hands and fences what the one before still writes.
    """

    __tablename__ = "connection_leases"
    __table_args__ = (CheckConstraint("role IN ('send', 'listen')", name="role"),)

    connection_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_connections.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID | None] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    until: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
