"""A worker's listeners: it takes accounts that nobody listens to, and renews all it has at once.

An account that is given up, or whose platform tells us again what happens, is not renewed.
"""

import asyncio
from uuid import UUID

import aiohttp
from shared.background import end, keep_doing
from shared.channels import leases
from shared.channels.leases import LISTEN, RENEW_S, Taken
from shared.log import get_logger
from shared.outages import DATABASE_AWAY

from orchestrator import metrics
from orchestrator.channels.listening.listener import Listener

log = get_logger(__name__)

LOOK_EVERY_S = 2.0
AT_MOST = 500
"""Accounts a worker listens to at one time."""
RENEWED_AT_LEAST_EVERY_S = leases.TTL_S - RENEW_S
CONNECT_WITHIN_S = 10.0


class Listeners:
    """Made on the worker's loop."""

    def __init__(self, worker_id: UUID) -> None:
        self._worker_id = worker_id
        self._numbers: dict[UUID, int] = {}
        self._listening: dict[UUID, asyncio.Task[None]] = {}
        self._anew: dict[UUID, Taken] = {}
        """Accounts whose lease ran out and that we have again, before their listener has ended: as
        after a sleep of the machine. The next one begins when that one has."""
        self._tasks: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self._leaving = False

    async def start(self) -> None:
        # Each holds a connection while nothing happens; its adapter says how long one may be held.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN_S),
            trust_env=False,
        )
        metrics.ACCOUNTS_LISTENED_TO.set_function(self._listening.__len__)
        self._tasks = [
            keep_doing(self._keep_taking, "listeners"),
            keep_doing(self._keep_renewing, "listener-leases"),
        ]

    async def stop(self) -> None:
        """End all at once, and give them back: what was not stored is told to the next."""
        self._leaving = True
        await end(*self._tasks)
        await end(*self._listening.values())
        if self._http is not None:
            await self._http.close()

    async def _keep_taking(self) -> None:
        while True:
            try:
                if (room := AT_MOST - len(self._listening)) > 0:
                    for taken in await leases.take_listening(self._worker_id, limit=room):
                        self._listen(taken)
            except DATABASE_AWAY as error:
                log.warning("listeners_not_taken", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    def _listen(self, taken: Taken) -> None:
        if self._leaving or self._http is None:
            return
        if (former := self._listening.get(taken.connection_id)) is not None:
            self._anew[taken.connection_id] = taken
            former.cancel()
            return
        self._numbers[taken.connection_id] = taken.number
        listener = Listener(taken, self._http)
        self._listening[taken.connection_id] = asyncio.create_task(self._listened(listener))

    async def _listened(self, listener: Listener) -> None:
        taken = listener.taken
        try:
            await listener.serve()
        except DATABASE_AWAY as error:
            log.warning("listener_stopped", error=type(error).__name__)
        except Exception:
            log.exception("listener_failed", channel=taken.channel)
        finally:
            del self._listening[taken.connection_id], self._numbers[taken.connection_id]
            anew = self._anew.pop(taken.connection_id, None)
            if anew is not None and not self._leaving:
                self._listen(anew)
            else:
                await self._give_back(anew or taken)

    async def _give_back(self, taken: Taken) -> None:
        try:
            await leases.give_back(taken.connection_id, taken.number, role=LISTEN)
        except DATABASE_AWAY as error:
            log.warning("lease_not_given_back", error=type(error).__name__)  # it runs out

    async def _keep_renewing(self) -> None:
        """What was not renewed for so long that it may be another's is ended."""
        unsure_since: float | None = None
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(RENEW_S)
            asked_at, had = clock(), dict(self._numbers)
            try:
                ours = await leases.renew_listening(self._worker_id)
                unsure_since = None
            except DATABASE_AWAY as error:
                log.warning("listener_leases_not_renewed", error=type(error).__name__)
                unsure_since = unsure_since or asked_at
                if asked_at - unsure_since < RENEWED_AT_LEAST_EVERY_S - RENEW_S:
                    continue
                ours = {}
            for connection_id, number in had.items():
                task = self._listening.get(connection_id)
                if task is not None and ours.get(connection_id) != number:
                    log.info("account_not_listened_to", connection_id=str(connection_id))
                    task.cancel()
