"""SQL for tenants' quotas and their use of tokens."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from shared.db import AcrossTenants, AnySession
from shared.models import TenantLimits

LIMITS = ("runs_at_once", "messages_per_minute", "tokens_per_day")


@dataclass(frozen=True, slots=True)
class TenantUsage:
    """A tenant's own limits (None: the default), and its tokens since midnight UTC."""

    runs_at_once: int | None
    messages_per_minute: int | None
    tokens_per_day: int | None
    tokens_today: int


_USAGE = text(
    """
    SELECT own.runs_at_once, own.messages_per_minute, own.tokens_per_day,
           (SELECT coalesce(sum(coalesce(run.input_tokens, 0) + coalesce(run.output_tokens, 0)), 0)
              FROM agent_runs AS run
             WHERE run.tenant_id = :tenant_id
               AND run.finished_at >= date_trunc('day', clock_timestamp(), 'UTC'))
           AS tokens_today
      FROM (SELECT) AS always
      LEFT JOIN tenant_limits AS own ON own.tenant_id = :tenant_id
    """
)


# A tenant's use in a day spans many rows, which a bitmap scan finds best (see db.engine.PLANNING).
_WITH_BITMAPS = text("SELECT set_config('enable_bitmapscan', 'on', true)")


async def usage(session: AnySession, tenant_id: UUID) -> TenantUsage:
    await session.execute(_WITH_BITMAPS)
    row = (await session.execute(_USAGE, {"tenant_id": tenant_id})).one()
    return TenantUsage(
        runs_at_once=row.runs_at_once,
        messages_per_minute=row.messages_per_minute,
        tokens_per_day=row.tokens_per_day,
        tokens_today=int(row.tokens_today),
    )


async def set_limits(session: AcrossTenants, tenant_id: UUID, own: dict[str, int | None]) -> None:
    """Change the limits that `own` names; None restores the default."""
    await session.execute(
        insert(TenantLimits)
        .values(tenant_id=tenant_id, **own)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=own)
    )
