"""What a gateway may read: secrets with which a platform's requests are checked, and digests."""

from collections.abc import Sequence
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import ProgrammingError

from shared.config import settings
from shared.db import SystemSession
from shared.keyrings import PrivateKey, private_ring
from shared.secrets import canary, repository
from shared.secrets.envelope import SecretUnreadable, open_sealed
from shared.secrets.repository import Row

UNREADABLE = Counter(
    "konstruct_secrets_unreadable_total",
    "Secrets that did not open when they were needed, by what they are kept for.",
    ["purpose"],
)


def verify_ring() -> Sequence[PrivateKey]:
    """Empty where KONSTRUCT_VERIFY_KEYS is not set."""
    ring = settings.secrets.verify
    return private_ring(ring.get_secret_value()) if ring is not None else ()


def open_row(row: Row, ring: Sequence[PrivateKey]) -> str:
    """Raises SecretUnreadable, which is counted: somebody needed it."""
    try:
        return open_sealed(row.sealed or "", row.place, ring)
    except SecretUnreadable:
        UNREADABLE.labels(row.purpose).inc()
        raise


async def require_verify_ring() -> None:
    """Call it before a gateway takes requests. Raises ConfigError if the ring is not this
    database's; one that is not set is missed only by whoever connects an account."""
    ring = verify_ring()
    if not ring:
        return
    try:
        async with SystemSession("verify") as session, session.transaction():
            canaries = await repository.read(
                session, table=canary.TABLE, row_id=canary.ROW_ID, purposes=("verify",)
            )
    except ProgrammingError:  # the tables are not there yet, which /readyz says
        return
    canary.hear(canaries, {"verify": ring})


async def verifying(*, table: str, row_id: UUID) -> dict[str, str]:
    """By field: the values with purpose `verify`, and the SHA-256 of those that are only compared.
    Raises SecretUnreadable."""
    async with SystemSession("verify") as session, session.transaction():
        rows = await repository.read(
            session, table=table, row_id=row_id, purposes=("verify", "compare")
        )
    ring = verify_ring()
    return {row.place.field: row.sha256 or open_row(row, ring) for row in rows}
