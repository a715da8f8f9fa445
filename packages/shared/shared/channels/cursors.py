"""How far a listener has heard each place of an account: written with what it heard.

A cursor moves under the number of the lease alone, in the transaction that stores the message. So a
listener that lost its lease stores nothing, and after a crash what was heard and not stored is told
again.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.channels.leases import LISTEN, holds
from shared.db import HouseSession


@dataclass(frozen=True, slots=True)
class Cursor:
    """`value` is the platform's: an id, a time, a number."""

    place: str
    value: str


class NotOurs(Exception):
    """Another listens for the account by now, or nobody shall."""


_CURSORS = text(
    """
    SELECT cursor.place, cursor.value FROM connection_cursors AS cursor
     WHERE cursor.connection_id = :connection_id
    """
)
_OURS = f"""
    SELECT FROM channel_connections AS connection
     WHERE connection.id = :connection_id AND connection.state IN ('live', 'failing')
       AND {holds("connection.id", "cast(:number AS bigint)", LISTEN)}
"""
_IS_OURS = text(_OURS)
_MOVE = text(
    f"""
    INSERT INTO connection_cursors AS cursor (tenant_id, connection_id, place, value)
    SELECT :tenant_id, :connection_id, :place, :value WHERE EXISTS ({_OURS})
    ON CONFLICT (connection_id, place)
    DO UPDATE SET value = excluded.value, updated_at = clock_timestamp()
    RETURNING true
    """
)


async def cursors(tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
    """Of each place, how far it was heard."""
    async with HouseSession(tenant_id, "listen") as session, session.transaction():
        rows = await session.execute(_CURSORS, {"connection_id": connection_id})
        return {row.place: row.value for row in rows}


@dataclass(frozen=True, slots=True)
class At:
    """Where a listener is when it has heard something. Without a cursor its platform remembers."""

    connection_id: UUID
    number: int
    cursor: Cursor | None

    async def move(self, session: HouseSession) -> None:
        """First of all in the transaction that stores what was heard. Raises NotOurs."""
        given = {"connection_id": self.connection_id, "number": self.number}
        if self.cursor is None:
            found = await session.execute(_IS_OURS, given)
        else:
            given |= {"tenant_id": session.tenant_id, "place": self.cursor.place}
            found = await session.execute(_MOVE, given | {"value": self.cursor.value})
        if found.first() is None:
            raise NotOurs

    async def move_alone(self, tenant_id: UUID) -> None:
        """The same where nothing is stored."""
        async with HouseSession(tenant_id, "listen") as session, session.transaction():
            await self.move(session)
