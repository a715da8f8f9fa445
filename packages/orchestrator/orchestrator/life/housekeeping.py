"""What is forgotten after a while, so that no table grows for ever."""

from shared.db import SystemSession
from shared.identity import sessions
from shared.runs import leases

DEAD_LEASES_KEPT_S = 3600.0
ENDED_LOG_INS_KEPT_S = 30 * 86400.0
"""For whoever looks into what happened."""
BATCH = 200


async def forget_what_is_over(session: SystemSession) -> None:
    """Within the sweep's transaction."""
    await leases.forget_dead_leases(session, older_than_s=DEAD_LEASES_KEPT_S)
    await sessions.forget_ended(session, older_than_s=ENDED_LOG_INS_KEPT_S, limit=BATCH)
