"""Numbers that an agent keeps by name."""

from uuid import UUID

from sqlalchemy import text

from shared.db import TenantSession

MAX_NAME_CHARS = 80
MOST_AT_ONCE = 1_000_000

_ADD = text(
    """
    INSERT INTO agent_counters AS counter (tenant_id, agent_id, name, value)
    VALUES (:tenant_id, :agent_id, :name, :by)
    ON CONFLICT (agent_id, name) DO UPDATE
       SET value = counter.value + excluded.value, updated_at = clock_timestamp()
    RETURNING value
    """
)


def is_name(name: str) -> bool:
    """Whether a counter can be called so."""
    return 0 < len(name) <= MAX_NAME_CHARS and name.isprintable()


async def add(session: TenantSession, tenant_id: UUID, agent_id: UUID, name: str, by: int) -> int:
    """Add to a counter, which begins at 0; what it says then."""
    counter = {"tenant_id": tenant_id, "agent_id": agent_id, "name": name, "by": by}
    return int((await session.execute(_ADD, counter)).scalar_one())
