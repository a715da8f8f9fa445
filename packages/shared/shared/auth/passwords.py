"""Passwords: argon2id, hashed off the event loop because it takes tens of milliseconds."""

import asyncio
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.errors import BadRequest

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 256


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher().hash("nobody has this password")


def check_password_rules(password: str) -> None:
    """Raise BadRequest for a password too short to hold or too long to hash."""
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise BadRequest(f"A password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters.")


def hash_password(password: str) -> str:
    check_password_rules(password)
    return _hasher().hash(password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether it fits. Takes as long for a user who does not exist, so timing tells nothing."""
    if len(password) > MAX_PASSWORD_CHARS:
        return False
    fits = await asyncio.to_thread(_hasher().verify, password, password_hash or _hash_of_nobody())
    return fits and password_hash is not None
