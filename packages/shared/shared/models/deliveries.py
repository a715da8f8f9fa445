"""What is to be sent to a platform, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId

OPEN = "state IN ('ready', 'sending')"


class Delivery(HasId, HasCreatedAt, Base):
    """Part `n` of a message on its way to an outside channel.

    The first part is stored with its message, without a `body`; whoever sends renders it and adds
    the parts that follow. `ready` and `sending` are unfinished; `sent`, `unsure` (nobody said
    whether it arrived), `dead` and `dropped` are final and block nothing. `seq` is the message's.
    `lease_number` is that of the sender who has it (`ConnectionLease`), `external_id` what the
    platform calls it, `hints` what helps to send it, as a preview's id. `maybe_twice` says that it
    was repeated where the platform cannot tell. `delivered_at` and `read_at` are its reports.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "message_id", "n"),
        ForeignKeyConstraint(
            ["tenant_id", "channel", "message_id"],
            ["messages.tenant_id", "messages.channel", "messages.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["channel_connections.tenant_id", "channel_connections.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "state IN ('ready', 'sending', 'sent', 'unsure', 'dead', 'dropped')", name="state"
        ),
        Index(
            "ix_deliveries_open",
            "tenant_id",
            "channel",
            "conversation_id",
            "seq",
            "n",
            postgresql_where=text(OPEN),
        ),
        Index(
            "ix_deliveries_open_of_connection",
            "connection_id",
            "seq",
            postgresql_where=text(OPEN),
        ),
        Index("ix_deliveries_connection_id", "connection_id", "created_at"),
        Index(
            "ix_deliveries_not_sent",
            "connection_id",
            postgresql_where=text("state IN ('dead', 'unsure')"),
        ),
        Index(
            "ix_deliveries_external_id",
            "connection_id",
            "external_id",
            postgresql_where=text("external_id IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID]
    channel: Mapped[str]
    connection_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    message_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int] = mapped_column(server_default=text("1"))
    state: Mapped[str] = mapped_column(server_default=text("'ready'"))
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    hints: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[datetime | None]
    lease_number: Mapped[int | None] = mapped_column(BigInteger)
    external_id: Mapped[str | None]
    last_code: Mapped[str | None]
    maybe_twice: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
