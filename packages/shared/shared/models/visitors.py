"""Visitors of a door: by what they are known, to what they agreed, how they rate answers. For the
business's own people alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


def _of_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "connection_id"],
        ["channel_connections.tenant_id", "channel_connections.id"],
        ondelete="CASCADE",
    )


def _of_contact() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"
    )


class VisitorSession(HasId, HasCreatedAt, Base):
    """A visit: the browser has the token, here is its SHA-256 in hex.

    `subject` is whom the business's site has signed, by the proof `identity_id`, which holds until
    `identity_until`. One that was ended stays until `expires_at`: its proof begins no other.
    """

    __tablename__ = "visitor_sessions"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        _of_account(),
        _of_contact(),
        ForeignKeyConstraint(
            ["tenant_id", "channel", "conversation_id"],
            ["conversations.tenant_id", "conversations.channel", "conversations.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "num_nonnulls(subject, identity_id, identity_until) IN (0, 3)", name="identity"
        ),
        Index("ix_visitor_sessions_conversation", "tenant_id", "channel", "conversation_id"),
        Index("ix_visitor_sessions_contact_id", "contact_id"),
        Index("ix_visitor_sessions_identity_id", "connection_id", "identity_id"),
        Index("ix_visitor_sessions_expires_at", "expires_at"),
    )

    tenant_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    channel: Mapped[str]
    conversation_id: Mapped[UUID]
    token_sha256: Mapped[str]
    subject: Mapped[str | None]
    identity_id: Mapped[str | None]
    identity_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class VisitorConsent(HasId, HasCreatedAt, Base):
    """Somebody agreed to a door's text, which stands here as they read it."""

    __tablename__ = "visitor_consents"
    __table_args__ = (
        _of_account(),
        _of_contact(),
        Index("ix_visitor_consents_contact_id", "contact_id"),
        Index("ix_visitor_consents_connection_id", "connection_id"),
    )

    tenant_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    text: Mapped[str]
    version: Mapped[str]


class MessageRating(HasId, HasCreatedAt, Base):
    """What a contact thinks of an answer; `version` is that of its text."""

    __tablename__ = "message_ratings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "message_id", "contact_id"),
        _of_contact(),
        ForeignKeyConstraint(
            ["tenant_id", "channel", "message_id"],
            ["messages.tenant_id", "messages.channel", "messages.id"],
            ondelete="CASCADE",
        ),
        Index("ix_message_ratings_contact_id", "contact_id"),
    )

    tenant_id: Mapped[UUID]
    channel: Mapped[str]
    message_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    good: Mapped[bool]
    version: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
