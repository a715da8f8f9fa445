"""Whether a process's rings are this database's, asked before it takes any work.

Each ring has a canary: a row sealed by the first worker that had the ring. One that does not open
stops the start, before messages fail one after the other.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shared.errors import ConfigError
from shared.keyrings import PrivateKey
from shared.secrets.envelope import Place, SecretUnreadable, open_sealed, seal
from shared.secrets.repository import Purpose, Row

SETTINGS: dict[Purpose, str] = {
    "send": "KONSTRUCT_SECRETS_KEYS",
    "verify": "KONSTRUCT_VERIFY_KEYS",
}
TABLE, ROW_ID, SONG = "secrets", UUID(int=0), "canary"


def canary_of(purpose: Purpose, key: PrivateKey) -> Row:
    """A new one, for a ring that has none."""
    place = Place(None, TABLE, ROW_ID, purpose)
    sealed = seal(SONG, place, key.public)
    return Row(place, purpose, key_id=sealed.key_id, sealed=sealed.text)


def hear(canaries: Sequence[Row], rings: Mapping[Purpose, Sequence[PrivateKey]]) -> None:
    """Raises ConfigError, which names the setting and the key that is missing."""
    for canary in canaries:
        ring = rings[canary.purpose]
        try:
            open_sealed(canary.sealed or "", canary.place, ring)
        except SecretUnreadable:
            here = ", ".join(key.id for key in ring) or "none"
            raise ConfigError(
                f"{SETTINGS[canary.purpose]} does not open the secrets of this database: they are "
                f"sealed to the key {canary.key_id}, and the keys in the setting are: {here}. Put "
                "that key back; it is backed up together with the database."
            ) from None
