"""Businesses."""

from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, HasCreatedAt, HasId


class Tenant(HasId, HasCreatedAt, Base):
    """A business that hires agents. `slug` is unique in the installation."""

    __tablename__ = "tenants"

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
