"""A business's own keys to language models, and who answers if an employee names none."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class LlmKey(HasId, HasCreatedAt, Base):
    """A key of a provider's, or an OpenAI-compatible server with or without one. The key itself is
    sealed in `secrets`.

    `version` grows whenever workers must forget what they know of it, `revision` with each edit by
    a person. A `local` server is on the machine of the worker, and the platform's to offer.
    """

    __tablename__ = "llm_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint(
            "state IN ('untested', 'ok', 'refused', 'no_quota', 'no_model', 'unreachable',"
            " 'blocked_address', 'unreadable')",
            name="state",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    provider: Mapped[str]
    base_url: Mapped[str]
    local: Mapped[bool] = mapped_column(server_default=text("false"))
    last4: Mapped[str | None]
    """None where no key is needed, or of one too short to show any of it."""
    sealed_to: Mapped[str | None]
    """The id of the key in the ring it is sealed to."""
    model: Mapped[str | None]
    """What is asked for where an employee names none; None until a test has found one."""
    models: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Those the provider listed when it was tested last."""
    state: Mapped[str] = mapped_column(server_default=text("'untested'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    changed_by: Mapped[UUID | None]
    tested_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class LlmSettings(Base):
    """Which keys answer where an employee has none of its own; a business without a row has no
    default, and the installation's model answers."""

    __tablename__ = "llm_settings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "default_key_id"],
            ["llm_keys.tenant_id", "llm_keys.id"],
            ondelete="SET NULL (default_key_id)",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "fallback_key_id"],
            ["llm_keys.tenant_id", "llm_keys.id"],
            ondelete="SET NULL (fallback_key_id)",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    default_key_id: Mapped[UUID | None]
    fallback_key_id: Mapped[UUID | None]
    """Answers when the first one cannot."""
    falls_back_to_installation: Mapped[bool] = mapped_column(server_default=text("false"))
    """The installation's model answers when no key of the business can."""
    installation_granted: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the installation's model may answer for this business at all; the platform's to say.
    """
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    changed_by: Mapped[UUID | None]
