"""Pages of a list, by the place of their last row: when it was made, and its id."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from shared.errors import BadRequest


class HasPlace(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


def cursor_of(row: HasPlace) -> str:
    """What a caller gives back as `before`, to be told what is older."""
    return f"{row.created_at.timestamp():.6f}_{row.id}"


def place_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place that a cursor names. Raises BadRequest for one that is none of ours."""
    if cursor is None:
        return None
    try:
        at, _, id_ = cursor.partition("_")
        return datetime.fromtimestamp(float(at), tz=UTC), UUID(id_)
    except (ValueError, OverflowError, OSError):
        raise BadRequest("`before` is the `next` of the page before.") from None
