"""A file that somebody sent on a platform, before we have it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaRef:
    """`id` is what its platform gives it out for. `size` is in bytes, as the platform says it."""

    id: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None
