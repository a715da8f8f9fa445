"""What a worker may read: everything that is sealed. Never imported by a gateway."""

from collections.abc import Sequence
from uuid import UUID

from shared.config import settings
from shared.db import SystemSession
from shared.errors import ConfigError
from shared.keyrings import HOW_TO_MAKE, PrivateKey, private_ring
from shared.secrets import canary, repository
from shared.secrets.repository import Purpose
from shared.secrets.verifying import open_row, verify_ring


async def require_rings() -> None:
    """Call it before a worker takes work. Raises ConfigError if KONSTRUCT_SECRETS_KEYS is not set,
    or a ring is not this database's."""
    rings: dict[Purpose, Sequence[PrivateKey]] = {"send": workers_ring(), "verify": verify_ring()}
    async with SystemSession("secrets") as session, session.transaction():
        for purpose, ring in rings.items():
            if ring:
                await repository.add_if_missing(session, canary.canary_of(purpose, ring[0]))
        canaries = await repository.read(
            session, table=canary.TABLE, row_id=canary.ROW_ID, purposes=list(rings)
        )
    canary.hear(canaries, rings)


async def opened(*, table: str, row_id: UUID) -> dict[str, str]:
    """Every value of the row by field, but those of which only a digest is kept. Raises
    SecretUnreadable if one does not open."""
    async with SystemSession("secrets") as session, session.transaction():
        rows = await repository.read(
            session, table=table, row_id=row_id, purposes=("send", "verify")
        )
    return {row.place.field: open_row(row, ring_for(row.purpose)) for row in rows}


def ring_for(purpose: Purpose) -> Sequence[PrivateKey]:
    return verify_ring() if purpose == "verify" else workers_ring()


def workers_ring() -> Sequence[PrivateKey]:
    """Raises ConfigError if it is not set."""
    ring = settings.secrets.private
    if ring is None:
        raise ConfigError(
            "KONSTRUCT_SECRETS_KEYS is not set: without it no worker can read what businesses "
            f"have sealed. {HOW_TO_MAKE}; docs/deployment.md says who gets which half."
        )
    return private_ring(ring.get_secret_value())
