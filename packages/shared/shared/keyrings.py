"""Keys that seal secrets, as people write them down, and rings of them, newest first.

A private key is `ksk1.` and 32 random bytes in base64url; its public half is `kpk1.` and as many.
A key's id follows from its public half, so no key can go by another's name. A ring is a text: keys
with commas or blanks between them. `#` begins a remark that ends with its line. Private keys are
in no repr and in no sentence.
"""

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

PRIVATE, PUBLIC = "ksk1.", "kpk1."
KEY_BYTES = 32
LEAST_DIFFERENT_BYTES = 12
"""Of 32 random bytes, fewer differ once in 10^17 keys: what has fewer was typed by somebody."""
HOW_TO_MAKE = "`konstruct secrets new` makes one"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Seals what its private half opens."""

    raw: bytes
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", hashlib.sha256(self.raw).hexdigest()[:8])

    def __str__(self) -> str:
        return PUBLIC + _encoded(self.raw)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Opens what its public half sealed."""

    raw: bytes = field(repr=False)
    public: PublicKey = field(init=False)

    def __post_init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        half = X25519PrivateKey.from_private_bytes(self.raw).public_key()
        object.__setattr__(self, "public", PublicKey(half.public_bytes_raw()))

    @property
    def id(self) -> str:
        return self.public.id

    def written(self) -> str:
        """For whoever keeps it: never for a log."""
        return PRIVATE + _encoded(self.raw)


def new_key() -> PrivateKey:
    return PrivateKey(secrets.token_bytes(KEY_BYTES))


@lru_cache(maxsize=16)
def private_ring(text: str) -> tuple[PrivateKey, ...]:
    """The keys, newest first. Raises ValueError with a sentence that names none of them."""
    keys = tuple(PrivateKey(_decoded(word, PRIVATE, PUBLIC)) for word in _words(text))
    for key in keys:
        if len(set(key.raw)) < LEAST_DIFFERENT_BYTES:
            raise ValueError(f"the key {key.id} is no random one; {HOW_TO_MAKE}")
    _refuse_doubles([key.id for key in keys])
    return keys


@lru_cache(maxsize=16)
def public_ring(text: str) -> tuple[PublicKey, ...]:
    """The keys, newest first. Raises ValueError with a sentence."""
    keys = tuple(PublicKey(_decoded(word, PUBLIC, PRIVATE)) for word in _words(text))
    _refuse_doubles([key.id for key in keys])
    return keys


def _words(text: str) -> list[str]:
    words = re.sub(r"#[^\n]*", "", text).replace(",", " ").split()
    if not words:
        raise ValueError(f"there is no key in it; {HOW_TO_MAKE}")
    return words


def _decoded(word: str, kind: str, other: str) -> bytes:
    kinds = {PRIVATE: "private", PUBLIC: "public"}
    if word.startswith(other):
        raise ValueError(
            f"there is a {kinds[other]} key in it ({other}…), and {kinds[kind]} ones ({kind}…) "
            "belong there"
        )
    raw = b""
    if word.startswith(kind):
        try:
            raw = base64.b64decode(word.removeprefix(kind) + "=", b"-_", validate=True)
        except binascii.Error:
            raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError(
            f"a {kinds[kind]} key is {kind} and 43 letters, and one of these is not; {HOW_TO_MAKE}"
        )
    return raw


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _refuse_doubles(ids: list[str]) -> None:
    for key_id in ids:
        if ids.count(key_id) > 1:
            raise ValueError(f"the key {key_id} is in it twice")
