"""Whether the database has what this code uses: during an update, code may come before tables."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import Base

_COLUMNS = text(
    """
    SELECT class.relname || '.' || attribute.attname
      FROM pg_attribute AS attribute
      JOIN pg_class AS class ON class.oid = attribute.attrelid
     WHERE class.relnamespace = 'public'::regnamespace
       AND attribute.attnum > 0 AND NOT attribute.attisdropped
    """
)


async def missing_columns(connection: AsyncConnection) -> list[str]:
    """Columns our tables have in this code and not in the database, as `table.column`."""
    there = set((await connection.execute(_COLUMNS)).scalars())
    used = (column for table in Base.metadata.tables.values() for column in table.columns)
    return [name for column in used if (name := str(column)) not in there]


# Which commands come and go beside gateways and workers cannot be seen; whoever asks is one.
_PROCESSES = text(
    """
    SELECT current_setting('max_connections')::integer AS allowed,
           count(DISTINCT application_name) FILTER (
               WHERE application_name <> current_setting('application_name')) AS processes
      FROM pg_stat_activity
     WHERE usename = current_user AND application_name LIKE :ours
    """
)


async def connections_allowed(connection: AsyncConnection, *, ours: str) -> tuple[int, int]:
    """How many the server takes, and how many processes of `ours` (a pattern) it has now."""
    row = (await connection.execute(_PROCESSES, {"ours": ours})).one()
    return row.allowed, row.processes
