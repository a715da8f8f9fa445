"""What is forgotten after a while, so that no table grows for ever: at each sweep one table's."""

from itertools import cycle

from shared import housekeeping
from shared.db import SystemSession

_next = cycle(housekeeping.TIDIED)


async def forget_what_is_over(session: SystemSession) -> None:
    """Delete what is over, in the sweep's transaction."""
    await housekeeping.forget_what_is_over(session, next(_next))
