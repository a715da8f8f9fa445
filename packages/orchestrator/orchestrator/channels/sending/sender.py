"""The one sender of an account, for as long as its lease holds.

It goes round the conversations that have something to be sent, so that each has its turn, a few at
a time and never two parts of one conversation. It ends when there is nothing left to do or the
account waits for long; then the lease is given back, and whoever finds work takes it.
"""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

import aiohttp
from shared.background import end
from shared.channels import connections, deliveries, verdicts
from shared.channels.deliveries import NO_CONVERSATION, Due
from shared.channels.leases import CALL_TIMEOUT_S, Taken
from shared.log import get_logger
from shared.outages import DATABASE_AWAY
from shared.secrets.envelope import SecretUnreadable

from orchestrator.channels.adapter import Failing, Later, Line, NotSent
from orchestrator.channels.adapters import adapter_of
from orchestrator.channels.sending.buckets import Buckets
from orchestrator.channels.sending.one import Desk, send
from orchestrator.channels.sending.signs import Signs

log = get_logger(__name__)

AT_ONCE = 8
"""Conversations sent to at one time."""
LOOK_AGAIN_S = 2.0
"""Though nobody said that there is anything: what says so may be lost."""
STAYS_S = 20.0
"""After the last delivery."""
WAITS_HERE_S = 5.0
"""An account that waits for longer is given back meanwhile."""
GIVE_UP_EVERY_S = 60.0
MARGIN_S = 1.0


class Sender:
    """`until` says until when the lease holds, by the monotonic clock."""

    def __init__(
        self, taken: Taken, http: aiohttp.ClientSession, until: Callable[[], float]
    ) -> None:
        self.taken = taken
        self._http = http
        self._until = until
        self._wake = asyncio.Event()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._resting: dict[UUID, float] = {}
        """Conversations that were sent to too much just now, and until when."""
        self._signs = Signs(taken)
        self._after = NO_CONVERSATION
        self._leaving = False
        self._gave_up_old_at = -GIVE_UP_EVERY_S

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def show_working(self, conversation_id: UUID) -> None:
        """Somebody writes there just now."""
        self._signs.add(conversation_id)
        self._wake.set()

    def leave(self) -> None:
        """Begin nothing more."""
        self._leaving = True
        self._wake.set()

    async def serve(self) -> None:
        """Send until there is nothing left, the account waits, or the lease is over."""
        try:
            desk = await self._desk()
            if desk is not None:
                await self._serve(desk)
        finally:
            await self._finish()

    async def _desk(self) -> Desk | None:
        adapter = adapter_of(self.taken.channel)
        if adapter is None:
            log.warning("channel_without_adapter", channel=self.taken.channel)
            return None
        try:
            account = await connections.account(self.taken.tenant_id, self.taken.connection_id)
        except SecretUnreadable:
            return None  # it is failing now, and its people are told
        abilities = adapter.abilities(account)
        self._buckets = Buckets(abilities.account_rate, abilities.place_rate, time.monotonic)
        return Desk(adapter, abilities, Line(account, self._http), self.taken.number)

    async def _serve(self, desk: Desk) -> None:
        taken = self.taken
        idle_since = time.monotonic()
        while not self._leaving and self._holds():
            self._wake.clear()
            self._signs.show(desk, may=self._buckets.account_wait_s() <= 0)
            await self._give_up_old()
            look = await deliveries.look(
                taken.tenant_id,
                taken.channel,
                taken.connection_id,
                after=self._after,
                without=[*self._under_way, *self._still_resting()],
                limit=AT_ONCE - len(self._under_way),
            )
            if not look.serves:
                return
            wait_s = min(LOOK_AGAIN_S, look.shortest_wait_s or LOOK_AGAIN_S)
            if look.account_waits_s is not None:
                if look.account_waits_s > WAITS_HERE_S and not self._under_way:
                    return
                wait_s = min(LOOK_AGAIN_S, look.account_waits_s)
            elif look.due:
                wait_s = min(wait_s, self._begin_all(desk, look.due))
                idle_since = time.monotonic()
            elif self._after != NO_CONVERSATION:
                self._after = NO_CONVERSATION  # round once more, from the first
                continue
            elif self._under_way or self._resting or look.shortest_wait_s is not None:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > STAYS_S:
                return
            await self._something_happens(wait_s)

    async def _give_up_old(self) -> None:
        if time.monotonic() - self._gave_up_old_at > GIVE_UP_EVERY_S:
            taken = self.taken
            self._gave_up_old_at = time.monotonic()
            await verdicts.give_up_old(taken.tenant_id, taken.connection_id, taken.number)

    def _begin_all(self, desk: Desk, due: list[Due]) -> float:
        """Begin what the buckets let through; how long to wait for the others."""
        for each in due:
            if (wait_s := self._buckets.account_wait_s()) > 0:
                return wait_s
            self._after = each.conversation_id
            place = str(each.conversation_id)
            if (wait_s := self._buckets.place_wait_s(place)) > 0:
                self._resting[each.conversation_id] = time.monotonic() + wait_s
                continue
            self._buckets.take(place)
            task = asyncio.create_task(self._send(desk, each))
            self._under_way[each.conversation_id] = task
        return 0.0 if len(self._under_way) < AT_ONCE else LOOK_AGAIN_S

    async def _send(self, desk: Desk, due: Due) -> None:
        """Whatever goes wrong, it is `sending` or `ready` still, and looked at again."""
        try:
            verdict = await send(desk, due)
            if isinstance(verdict, Failing):
                self.leave()  # who comes next reads the account anew
            elif isinstance(verdict, Later | NotSent):
                log.info("account_waits", channel=self.taken.channel, code=verdict.code)
        except DATABASE_AWAY as error:
            log.warning("delivery_not_written_down", error=type(error).__name__)
            self._resting[due.conversation_id] = time.monotonic() + LOOK_AGAIN_S
        except Exception:
            log.exception("delivery_failed", delivery_id=str(due.id))
            self._resting[due.conversation_id] = time.monotonic() + LOOK_AGAIN_S
        finally:
            del self._under_way[due.conversation_id]
            self._wake.set()

    def _holds(self) -> bool:
        """Long enough for a call that begins now to end."""
        return time.monotonic() < self._until() - CALL_TIMEOUT_S - MARGIN_S

    def _still_resting(self) -> list[UUID]:
        now = time.monotonic()
        self._resting = {who: until for who, until in self._resting.items() if until > now}
        return list(self._resting)

    async def _something_happens(self, within_s: float) -> None:
        if self._resting:
            within_s = min(within_s, max(0.0, min(self._resting.values()) - time.monotonic()))
        try:
            async with asyncio.timeout(within_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        """What has begun is given the time of one call."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=CALL_TIMEOUT_S + MARGIN_S)
        await end(*self._under_way.values())
        await self._signs.end()
