"""Checks what is sealed: how much, to which keys, and whether it opens."""

import os

from shared.errors import ConfigError
from shared.secrets import rotation

PRIVATE = "KONSTRUCT_SECRETS_KEYS"


async def open_all() -> str:
    """Counts by key. Where the private ring is at hand, everything is opened once."""
    counts = await rotation.counts()
    sealed = ", ".join(f"{count} to {key_id} ({purpose})" for purpose, key_id, count in counts)
    if not counts:
        return "Nothing is sealed yet: the first worker seals its canary."
    if not os.environ.get(PRIVATE):
        return f"Sealed: {sealed}. Not opened: {PRIVATE} is not set here."
    unreadable: dict[str, int] = {}
    async for progress in rotation.look():
        unreadable = progress.unreadable
    if unreadable:
        lost = ", ".join(f"{count} to {key}" for key, count in unreadable.items())
        raise ConfigError(
            f"Some do not open: {lost}. Put those keys back into {PRIVATE} or "
            "KONSTRUCT_VERIFY_KEYS, or have these accounts connected anew."
        )
    return f"All open. Sealed: {sealed}."
