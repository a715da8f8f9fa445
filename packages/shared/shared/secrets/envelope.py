"""A sealed value: `k1.<key id>.<base64url>`, HPKE with X25519, HKDF-SHA256 and AES-256-GCM.

HPKE's `info` binds it to its tenant, table, row and field: moved anywhere else, it does not open.
`k1` names the algorithms, so that others may follow.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from shared.errors import KonstructError
from shared.keyrings import PrivateKey, PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hpke import Suite

VERSION = "k1"


class SecretUnreadable(KonstructError):
    """A secret does not open: its key is not in the ring, or it is not where it was sealed."""

    code = "secret_unreadable"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret belongs. The installation's own have no tenant."""

    tenant_id: UUID | None
    table: str
    row_id: UUID
    field: str

    def info(self) -> bytes:
        return orjson.dumps(
            ["konstruct secret", VERSION, self.tenant_id, self.table, self.row_id, self.field]
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored. Its repr does not show it."""

    key_id: str
    text: str = field(repr=False)


def seal(value: str, place: Place, to: PublicKey) -> Sealed:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    key = X25519PublicKey.from_public_bytes(to.raw)
    sealed = _suite().encrypt(value.encode(), key, info=place.info())
    return Sealed(to.id, f"{VERSION}.{to.id}.{base64.urlsafe_b64encode(sealed).decode()}")


def open_sealed(text: str, place: Place, ring: Sequence[PrivateKey]) -> str:
    """The value. Raises SecretUnreadable, which says why and nothing of the value."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    version, _, rest = text.partition(".")
    key_id, _, encoded = rest.partition(".")
    if version != VERSION:
        raise SecretUnreadable("This secret is sealed in a way that this version does not know.")
    key = next((key for key in ring if key.id == key_id), None)
    if key is None:
        raise SecretUnreadable(f"This secret is sealed to the key {key_id}, which is not here.")
    try:
        sealed = base64.b64decode(encoded, b"-_", validate=True)
        private = X25519PrivateKey.from_private_bytes(key.raw)
        return _suite().decrypt(sealed, private, info=place.info()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise SecretUnreadable(
            "This secret does not open: it was changed, or is not where it was sealed."
        ) from None


@lru_cache(maxsize=1)
def _suite() -> "Suite":
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
