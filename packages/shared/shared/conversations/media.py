"""A file that somebody sent on a platform, before we have it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MediaRef:
    """`id` is what its platform gives it out for. `size` is in bytes, as the platform says it."""

    id: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None


def as_part(media: MediaRef) -> dict[str, Any]:
    """As the message that it came with has it among its parts."""
    return {
        "kind": "file",
        "media_id": media.id,
        "name": media.name,
        "mime": media.mime,
        "size": media.size,
    }
