"""Files that people and agents send."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class File(HasId, HasCreatedAt, Base):
    """A file of a tenant, kept once however often it is sent; messages' `parts` name it.

    The content is fetched only by whoever asks for it by name.
    """

    __tablename__ = "files"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "sha256"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("size = octet_length(content) AND size <= 20971520", name="size"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    sha256: Mapped[bytes]
    mime: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)
    knowledge_alone: Mapped[bool] = mapped_column(server_default=text("false"))
    """Only documents of knowledge name it, and it goes with the last of them."""
