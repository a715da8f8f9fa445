"""Deletes what is no longer needed, so that no table grows for ever: one table at each sweep."""

from itertools import cycle

from shared import housekeeping
from shared.db import SystemSession

_next = cycle(housekeeping.TIDIED)


async def forget_what_is_over(session: SystemSession) -> None:
    """Delete what is over, in the sweep's transaction."""
    await housekeeping.forget_what_is_over(session, next(_next))
