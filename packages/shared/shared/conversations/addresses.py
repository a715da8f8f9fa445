"""People whose address on a platform becomes another: the contact stays, with all that was said."""

from uuid import UUID

from sqlalchemy import text

from shared.db import HouseSession

# Whoever has the new address already has written from there, and keeps it.
_MOVE = text(
    """
    UPDATE contact_addresses AS address
       SET external_id = :now, number = :number, updated_at = clock_timestamp()
     WHERE address.connection_id = :connection_id AND address.external_id = :before
       AND NOT EXISTS (SELECT FROM contact_addresses AS other
                        WHERE other.connection_id = :connection_id AND other.external_id = :now)
    RETURNING true
    """
)


async def change_address(
    tenant_id: UUID, connection_id: UUID, before: str, now: str, number: str | None
) -> bool:
    """False if nobody was known by the old address, or somebody is by the new one."""
    given = {
        "connection_id": connection_id,
        "before": before,
        "now": now,
        "number": number,
    }
    async with HouseSession(tenant_id, "receive") as session, session.transaction():
        return (await session.execute(_MOVE, given)).first() is not None
