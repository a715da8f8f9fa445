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
