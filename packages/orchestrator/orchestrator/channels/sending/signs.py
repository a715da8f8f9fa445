"""Signs that somebody writes: shown where the platform can, and never in the way of a message."""

import asyncio
import time
from dataclasses import replace
from uuid import UUID

from shared.background import end
from shared.channels import deliveries
from shared.channels.leases import Taken
from shared.log import get_logger

from orchestrator.channels.adapter import Line
from orchestrator.channels.sending.one import Desk

log = get_logger(__name__)

WITHIN_S = 5.0
PLACES = 1_000


class Signs:
    """An account's. What cannot be shown at once is not shown."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._wanted: set[UUID] = set()
        self._places: dict[UUID, str] = {}
        self._showing: dict[UUID, asyncio.Task[None]] = {}
        self._named: dict[UUID, tuple[str, float]] = {}
        """The message that a sign named last, and until when that is shown."""

    def add(self, conversation_id: UUID) -> None:
        self._wanted.add(conversation_id)

    def show(self, desk: Desk, *, may: bool) -> None:
        """Begin to show what is wanted, if we `may`; one at a time in a conversation."""
        for conversation_id in self._wanted - set(self._showing) if may else ():
            task = asyncio.create_task(self._show(desk, conversation_id))
            self._showing[conversation_id] = task
        self._wanted.clear()

    async def end(self) -> None:
        await end(*self._showing.values())

    async def _show(self, desk: Desk, conversation_id: UUID) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                place = self._places.get(conversation_id) or await self._place(conversation_id)
                line = await self._line(desk, conversation_id)
                if place is not None and line is not None:
                    await desk.adapter.working(place, line)
        except Exception as error:  # whatever it is, the answer says it better
            log.debug("sign_not_shown", channel=self._taken.channel, error=type(error).__name__)
        finally:
            del self._showing[conversation_id]

    async def _line(self, desk: Desk, conversation_id: UUID) -> Line | None:
        """With the message that is answered, where a sign names it; None if one is shown still."""
        shown_s, taken = desk.abilities.sign_of_message_s, self._taken
        if shown_s is None:
            return desk.line
        message = await deliveries.said_last(taken.tenant_id, taken.connection_id, conversation_id)
        now = time.monotonic()
        before, until = self._named.get(conversation_id, (None, 0.0))
        if message is None or (message == before and now < until):
            return None
        if len(self._named) >= PLACES:
            self._named.clear()
        self._named[conversation_id] = message, now + shown_s
        return replace(desk.line, answering=message)

    async def _place(self, conversation_id: UUID) -> str | None:
        taken = self._taken
        place = await deliveries.place_of(taken.tenant_id, taken.channel, conversation_id)
        if place is not None:
            if len(self._places) >= PLACES:
                self._places.clear()
            self._places[conversation_id] = place
        return place
