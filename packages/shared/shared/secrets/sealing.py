"""Stores secrets: sealed to the newest key, or, where they are only compared, as their SHA-256.

Needs no private key of the workers' ring.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.config import settings
from shared.db import WithinTenant
from shared.errors import BadRequest, Unavailable
from shared.keyrings import PublicKey, private_ring, public_ring
from shared.secrets import repository
from shared.secrets.envelope import Place, seal
from shared.secrets.repository import Purpose

LONGEST_CHARS = 16_384
SEND, VERIFY, COMPARE = "send", "verify", "compare"


@dataclass(frozen=True, slots=True)
class Plain:
    """A value as it was given, and what it is kept for."""

    purpose: Purpose
    value: str = field(repr=False)


async def keep(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    table: str,
    row_id: UUID,
    values: Mapping[str, Plain],
) -> None:
    """Store these fields of the row, in place of what they were; others stay as they are. Raises
    BadRequest for what is no text of a sane length, Unavailable where there is no key to seal to.
    """
    rows = []
    for name, plain in values.items():
        refuse_if_no_secret(name, plain.value)
        place = Place(tenant_id, table, row_id, name)
        if plain.purpose == COMPARE:
            rows.append(repository.Row(place, COMPARE, sha256=digest(plain.value)))
        else:
            sealed = seal(plain.value, place, newest(plain.purpose))
            rows.append(
                repository.Row(place, plain.purpose, key_id=sealed.key_id, sealed=sealed.text)
            )
    await repository.put(session, rows)


async def forget(
    session: WithinTenant, *, table: str, row_id: UUID, fields: Sequence[str] | None = None
) -> None:
    """Delete these fields of the row, or all."""
    await repository.delete_of(session, table=table, row_id=row_id, fields=fields)


async def move_digests(session: WithinTenant, *, table: str, from_id: UUID, to_id: UUID) -> None:
    """What is only compared goes along with its row; nothing binds it to the old one."""
    await repository.move_digests(session, table=table, from_id=from_id, to_id=to_id)


def digest(value: str) -> str:
    """SHA-256 as hexadecimal digits. What is compared is long and random."""
    return hashlib.sha256(value.encode()).hexdigest()


def refuse_if_no_secret(name: str, value: str) -> None:
    """Raises BadRequest, which names the field and not the value."""
    if not value or len(value) > LONGEST_CHARS:
        raise BadRequest(f"{name} must have 1 to {LONGEST_CHARS} characters.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{name} has a character in it that is none. Copy it anew.") from None


def newest(purpose: Purpose) -> PublicKey:
    """The key to seal to. Raises Unavailable, which names the setting that is missing."""
    given = settings.secrets
    if purpose == VERIFY:
        if given.verify is None:
            raise Unavailable(_missing("KONSTRUCT_VERIFY_KEYS"))
        return private_ring(given.verify.get_secret_value())[0].public
    if given.seal_to is not None:
        return public_ring(given.seal_to)[0]
    if given.private is not None:
        return private_ring(given.private.get_secret_value())[0].public
    raise Unavailable(_missing("KONSTRUCT_SECRETS_SEAL_TO"))


def _missing(setting: str) -> str:
    return (
        f"{setting} is not set in this process, so no secret can be kept. "
        "`konstruct secrets new` makes a key; docs/deployment.md says who gets which half."
    )
