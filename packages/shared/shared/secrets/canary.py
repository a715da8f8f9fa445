"""Whether a worker's rings are this database's, asked before it takes any work.

Each ring has a canary: a row sealed by the first worker that had the ring. One that does not open
stops the start, before messages fail one after the other.
"""

from uuid import UUID

from shared.db import SystemSession
from shared.errors import ConfigError
from shared.secrets import repository
from shared.secrets.envelope import Place, SecretUnreadable, open_sealed, seal
from shared.secrets.opening import ring_for, workers_ring
from shared.secrets.repository import Purpose, Row

SETTINGS: dict[Purpose, str] = {
    "send": "KONSTRUCT_SECRETS_KEYS",
    "verify": "KONSTRUCT_VERIFY_KEYS",
}
TABLE, SONG = "secrets", "canary"
NOBODY = UUID(int=0)


async def require_rings() -> None:
    """Raises ConfigError if KONSTRUCT_SECRETS_KEYS is not set, or a canary does not open."""
    workers_ring()
    async with SystemSession("secrets") as session, session.transaction():
        for purpose in SETTINGS:
            if ring := ring_for(purpose):
                sealed = seal(SONG, _place(purpose), ring[0].public)
                await repository.add_if_missing(
                    session,
                    Row(_place(purpose), purpose, key_id=sealed.key_id, sealed=sealed.text),
                )
        canaries = await repository.read(
            session, table=TABLE, row_id=NOBODY, purposes=list(SETTINGS)
        )
    for canary in canaries:
        _hear(canary)


def _hear(canary: Row) -> None:
    ring = ring_for(canary.purpose)
    try:
        open_sealed(canary.sealed or "", canary.place, ring)
    except SecretUnreadable:
        here = ", ".join(key.id for key in ring) or "none"
        raise ConfigError(
            f"{SETTINGS[canary.purpose]} does not open the secrets of this database: they are "
            f"sealed to the key {canary.key_id}, and the keys in the setting are: {here}. Put that "
            "key back; it is backed up together with the database."
        ) from None


def _place(purpose: Purpose) -> Place:
    return Place(None, TABLE, NOBODY, purpose)
