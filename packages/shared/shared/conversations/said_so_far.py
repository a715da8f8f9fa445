"""What an agent is saying at this moment, for who interrupts it.

It is read before the conversation is locked, since nobody waits for Valkey under a lock. What it
does not tell in time counts as nothing said.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from shared.conversations import holding
from shared.db import TenantSession
from shared.outages import VALKEY_AWAY
from shared.redis_keys import answer_so_far_key
from shared.valkey.client import get_redis

WITHIN_S = 0.5


@dataclass(frozen=True, slots=True)
class SaidSoFar:
    """On which channel, and by run and attempt what was said."""

    channel: str
    texts: dict[tuple[UUID, int], str] = field(default_factory=dict)


async def said_so_far(tenant_id: UUID, conversation_id: UUID) -> SaidSoFar:
    """Raises NotFound."""
    async with TenantSession(tenant_id) as session, session.transaction():
        found = await holding.find(session, tenant_id, conversation_id)
    if found is None:
        raise holding.no_such_conversation()
    said = SaidSoFar(found.channel)
    for run_id, attempt in found.speaking:
        said.texts[run_id, attempt] = await _read(answer_so_far_key(tenant_id, run_id, attempt))
    return said


async def _read(key: str) -> str:
    try:
        async with asyncio.timeout(WITHIN_S):
            stored = await get_redis().get(key)
    except (TimeoutError, *VALKEY_AWAY):
        return ""
    if not isinstance(stored, bytes) or b"\0" in stored:  # a hole: some of it was lost
        return ""
    return stored.decode(errors="ignore")
