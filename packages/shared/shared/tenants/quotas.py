"""Quotas: how much one tenant may use, so that it starves no other and costs no more than agreed.

A message above the tenant's messages a minute is refused with the seconds to wait. So is a message
once the day's tokens are used up. Both are checked before anything is stored. A run above the
tenant's runs at once is not refused but waits its turn (`conversations.turns` claims it).

A gateway reads a tenant's limits and tokens again every `tenant_limits_ttl_s`; one message does,
the others use what was known. So a changed limit takes effect everywhere within that time. A day's
tokens may be exceeded by what is used in that time and by the answers then being written.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.config import settings
from shared.db import AcrossTenants, AnySession, TenantSession
from shared.errors import BadRequest, TooMany
from shared.tenants import quota_repository as stored
from shared.tenants import rate_limits

CACHE_SIZE = 10_000
MAX_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Allowance:
    """A tenant's limits now, and what it has used."""

    runs_at_once: int
    messages_per_minute: int
    tokens_per_day: int
    tokens_today: int
    own: frozenset[str]
    """Names of the limits that the tenant sets itself; the others are the installation's."""


class Allowances:
    """The allowances read in the last moments, per process."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[float, Allowance]] = OrderedDict()

    async def of(self, tenant_id: UUID) -> Allowance:
        now = time.monotonic()
        known = self._known.get(tenant_id)
        if known is not None:
            if now - known[0] < settings.limits.tenant_ttl_s:
                return known[1]
            self._known[tenant_id] = (now, known[1])  # this call reads, others use this
        async with TenantSession(tenant_id) as session, session.transaction():
            allowance = await read(session, tenant_id)
        self._known[tenant_id] = (now, allowance)
        self._known.move_to_end(tenant_id)
        while len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return allowance

    def forget_all(self) -> None:
        self._known.clear()


allowances = Allowances()


async def require_room_for_message(tenant_id: UUID) -> None:
    """Count one more message of the tenant. Raises TooMany, with the seconds to wait."""
    if not settings.limits.enabled:
        return
    allowance = await allowances.of(tenant_id)
    if allowance.tokens_today >= allowance.tokens_per_day:
        raise TooMany(
            "Your organisation has used up its tokens of today. Messages can be sent again after "
            "midnight UTC, or when an administrator of this installation raises the limit.",
            code="tenant_tokens_used_up",
            retry_after_s=_seconds_to_midnight(),
        )
    await rate_limits.require(
        f"{allowance.messages_per_minute}/minute",
        "tenant-messages",
        str(tenant_id),
        message=f"Your organisation may send {allowance.messages_per_minute} messages a minute "
        "and has done so. Wait a moment and send it again.",
        code="tenant_too_many",
    )


async def has_room_for_message(tenant_id: UUID) -> bool:
    """Count one more message of the tenant; False if a limit is reached."""
    try:
        await require_room_for_message(tenant_id)
    except TooMany:
        return False
    return True


async def has_tokens(tenant_id: UUID) -> bool:
    """Whether the tenant has tokens left for today."""
    if not settings.limits.enabled:
        return True
    allowance = await allowances.of(tenant_id)
    return allowance.tokens_today < allowance.tokens_per_day


async def read(session: AnySession, tenant_id: UUID) -> Allowance:
    """The allowance, read from the database now."""
    found = await stored.usage(session, tenant_id)
    own = {name: value for name in stored.LIMITS if (value := getattr(found, name)) is not None}
    values = {
        name: own.get(name, getattr(settings.limits, f"tenant_{name}")) for name in stored.LIMITS
    }
    return Allowance(**values, tokens_today=found.tokens_today, own=frozenset(own))


async def change(session: AcrossTenants, tenant_id: UUID, own: dict[str, int | None]) -> None:
    """Set an existing tenant's own limits; None restores the default. Raises BadRequest."""
    for name, value in own.items():
        if value is not None and not 0 < value <= _largest(name):
            raise BadRequest(f"`{name}` must be a whole number from 1 to {_largest(name)}.")
    if own:
        await stored.set_limits(session, tenant_id, own)


def _largest(name: str) -> int:
    return MAX_LIMIT if name == "tokens_per_day" else 1_000_000


def _seconds_to_midnight() -> int:
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, round((midnight - now).total_seconds()))
