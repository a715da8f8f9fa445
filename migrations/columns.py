"""Columns that most tables have."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

NOW = sa.text("clock_timestamp()")


def key() -> "sa.Column[Any]":
    """A random UUID as primary key."""
    return sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()"))


def moment(name: str, *, given: bool = True) -> "sa.Column[Any]":
    """A time that every row has: now, unless another is given."""
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=NOW if given else None
    )


def maybe(name: str, kind: Any = sa.Text) -> "sa.Column[Any]":
    """A column that may be empty."""
    return sa.Column(name, kind)


def always(name: str, kind: Any = sa.Text, default: str | None = None) -> "sa.Column[Any]":
    """A column that never is; `default` is SQL."""
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, kind, nullable=False, server_default=server_default)


TIME = sa.DateTime(timezone=True)
JSON = postgresql.JSONB()
