"""A visitor's token: which door it is for, and what nobody can guess. Only its hash is kept."""

import hashlib
import secrets
from uuid import UUID

from shared.errors import NotAuthenticated

SECRET_BYTES = 32


def new_token(door_id: UUID) -> str:
    return f"{door_id.hex}.{secrets.token_urlsafe(SECRET_BYTES)}"


def door_named(token: str) -> UUID:
    """The door that a token is for, if it is anybody's. Raises NotAuthenticated."""
    try:
        return UUID(hex=token.partition(".")[0])
    except ValueError:
        raise over() from None


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def over() -> NotAuthenticated:
    return NotAuthenticated("This conversation has ended here. Begin anew.", code="visit_over")
