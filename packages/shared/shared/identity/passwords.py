"""Passwords: argon2id, hashed off the event loop because it takes tens of milliseconds.

A new password must not be easy to guess: blanks, one character repeated, or the names of its person
or business. We do not look it up in lists of leaked passwords, nor search it for sequences like
1234567890; see docs/decisions/0023.
"""

import asyncio
import unicodedata
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared import spelling
from shared.errors import BadRequest

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 256
MIN_DIFFERENT_CHARS = 4
MIN_CHARS_OF_ITS_OWN = 4
"""Characters needed besides the names of its person and business."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher().hash("nobody has this password")


def check_password_rules(password: str, *names: str) -> None:
    """Raise BadRequest for a password that is too short, too long to hash, or made of `names`: the
    person, their address and their business."""
    password = spelling.password(password)
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise BadRequest(f"A password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise BadRequest("A password is one line, without tabs and other control characters.")
    if len(set(password.casefold())) < MIN_DIFFERENT_CHARS:
        raise BadRequest(
            f"This password repeats itself. Use at least {MIN_DIFFERENT_CHARS} different "
            "characters.",
            code="password_repeats",
        )
    if _says_no_more_than(password, names):
        raise BadRequest(
            "This password is your name, your e-mail address or your business's name, which "
            "others know. Choose another one.",
            code="password_is_name",
        )


def _says_no_more_than(password: str, names: tuple[str, ...]) -> bool:
    rest = _letters(password)
    for name in sorted({_letters(part) for part in _parts(names)}, key=len, reverse=True):
        if len(name) >= MIN_CHARS_OF_ITS_OWN and name in rest:
            rest = rest.replace(name, "")
            if len(rest) < MIN_CHARS_OF_ITS_OWN:
                return True
    return False


def _parts(names: tuple[str, ...]) -> list[str]:
    """Each name whole and word by word; an address also as its parts before and after the @."""
    return [part for name in names for part in (name, *name.replace("@", " ").split())]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, spelling.name_key(text)))


def hash_password(password: str) -> str:
    check_password_rules(password)
    return _hasher().hash(spelling.password(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether it matches. Takes as long for an unknown user, so that timing tells nothing."""
    if len(password) > MAX_PASSWORD_CHARS:
        return False
    stored = password_hash or _hash_of_nobody()
    fits = False
    for spelled in (spelling.password(password), *spelling.earlier_passwords(password)):
        fits = fits or await asyncio.to_thread(_hasher().verify, spelled, stored)
    return fits and password_hash is not None
