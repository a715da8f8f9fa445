"""A worker's senders: it takes accounts that have something to send, and renews all it has at once.

Whoever stores a delivery says so over pub-sub; who has the account wakes its sender, and if nobody
has it, whoever is first takes it. What nobody heard is found by looking, every few seconds.
"""

import asyncio
import time
from uuid import UUID

import aiohttp
import orjson
from shared.background import end, keep_doing
from shared.channels import leases
from shared.channels.leases import CALL_TIMEOUT_S, RENEW_S, SEND, TTL_S, Taken
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.redis_keys import channel_working_key, delivery_ready_key
from shared.valkey.client import get_redis

from orchestrator import metrics
from orchestrator.channels.sending.sender import Sender

log = get_logger(__name__)

LOOK_EVERY_S = 2.0
AT_MOST = 500
"""Accounts a worker sends for at one time."""
HEARD_WITHIN_S = 5.0
KNOWN_SERVED_S = 10.0
"""Another has it: not asked for again meanwhile."""
LEAVE_WITHIN_S = 3.0


class Senders:
    """Made on the worker's loop."""

    def __init__(self, worker_id: UUID) -> None:
        self._worker_id = worker_id
        self._senders: dict[UUID, Sender] = {}
        self._serving: dict[UUID, asyncio.Task[None]] = {}
        self._taken_at: dict[UUID, float] = {}
        self._anew: dict[UUID, tuple[Taken, float]] = {}
        """Accounts whose lease ran out and that we have again, before their sender has ended: as
        after a sleep of the machine. The next one begins when that one has."""
        self._served_elsewhere: dict[UUID, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self._leaving = False

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        self._http = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        metrics.ACCOUNTS_SERVED.set_function(self._senders.__len__)
        self._tasks = [
            keep_doing(self._keep_taking, "senders"),
            keep_doing(self._keep_renewing, "sender-leases"),
            keep_doing(self._hear, "deliveries-ready"),
        ]

    async def stop(self) -> None:
        """Begin nothing more, let what has begun come to its end if it does soon, give all back."""
        self._leaving = True
        await end(*self._tasks)
        for sender in self._senders.values():
            sender.leave()
        if self._serving:
            await asyncio.wait(self._serving.values(), timeout=LEAVE_WITHIN_S)
        await end(*self._serving.values())
        if self._http is not None:
            await self._http.close()

    # ── taking ─────────────────────────────────────────────────────────────────────────────────

    async def _keep_taking(self) -> None:
        while True:
            try:
                if (room := AT_MOST - len(self._senders)) > 0:
                    asked_at = time.monotonic()
                    for taken in await leases.take_wanting(self._worker_id, role=SEND, limit=room):
                        self._serve(taken, asked_at)
            except DATABASE_AWAY as error:
                log.warning("accounts_not_taken", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    def _serve(self, taken: Taken, asked_at: float) -> None:
        if self._leaving or self._http is None:
            return
        connection_id = taken.connection_id
        if (former := self._senders.get(connection_id)) is not None:
            self._anew[connection_id] = taken, asked_at
            former.leave()
            return
        self._taken_at[connection_id] = asked_at
        sender = Sender(taken, self._http, lambda: self._lease_until(connection_id))
        self._senders[connection_id] = sender
        self._serving[connection_id] = asyncio.create_task(self._served(sender))

    async def _served(self, sender: Sender) -> None:
        taken = sender.taken
        try:
            await sender.serve()
        except DATABASE_AWAY as error:
            log.warning("sender_stopped", error=type(error).__name__)
        except Exception:
            log.exception("sender_failed", channel=taken.channel)
        finally:
            del self._senders[taken.connection_id], self._serving[taken.connection_id]
            self._taken_at.pop(taken.connection_id, None)
        number = taken.number
        if (anew := self._anew.pop(taken.connection_id, None)) is not None:
            if not self._leaving:
                self._serve(*anew)
                return
            number = anew[0].number
        try:
            await leases.give_back(taken.connection_id, number, role=SEND)
        except DATABASE_AWAY as error:
            log.warning("lease_not_given_back", error=type(error).__name__)  # it runs out

    def _lease_until(self, connection_id: UUID) -> float:
        return self._taken_at.get(connection_id, -TTL_S) + TTL_S

    # ── renewing ───────────────────────────────────────────────────────────────────────────────

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            if not self._senders:
                continue
            asked_at = time.monotonic()
            try:
                ours = await leases.renew(self._worker_id, role=SEND)
            except DATABASE_AWAY as error:
                log.warning("sender_leases_not_renewed", error=type(error).__name__)
                continue
            for connection_id, sender in list(self._senders.items()):
                if ours.get(connection_id) == sender.taken.number:
                    self._taken_at[connection_id] = asked_at
                elif self._taken_at.get(connection_id, 0.0) < asked_at:
                    log.warning("account_lost", connection_id=str(connection_id))
                    sender.leave()

    # ── hearing ────────────────────────────────────────────────────────────────────────────────

    async def _hear(self) -> None:
        while True:
            try:
                async with get_redis().pubsub() as pubsub:
                    await pubsub.subscribe(delivery_ready_key(), channel_working_key())
                    while True:
                        heard = await pubsub.get_message(timeout=HEARD_WITHIN_S)
                        if heard and heard["type"] == "message":
                            await self._heard(heard["channel"].decode(), heard["data"])
            except VALKEY_AWAY as error:
                log.warning("deliveries_not_heard", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _heard(self, channel: str, data: bytes) -> None:
        try:
            if channel == delivery_ready_key():
                connection_id, somebody_writes_in = UUID(data.decode()), None
            else:
                told = orjson.loads(data)
                connection_id = UUID(told["connection_id"])
                somebody_writes_in = UUID(told["conversation_id"])
        except (ValueError, KeyError, TypeError):
            return
        if connection_id not in self._senders:
            await self._take(connection_id)
        if (sender := self._senders.get(connection_id)) is None:
            return
        if somebody_writes_in is None:
            sender.wake()
        else:
            sender.show_working(somebody_writes_in)

    async def _take(self, connection_id: UUID) -> None:
        """This account, if nobody else has it."""
        now = time.monotonic()
        if self._served_elsewhere.get(connection_id, 0.0) > now or len(self._senders) >= AT_MOST:
            return
        try:
            taken = await leases.take(self._worker_id, connection_id, role=SEND)
        except DATABASE_AWAY as error:
            log.warning("account_not_taken", error=type(error).__name__)
            return
        if taken is not None:
            self._serve(taken, now)
        else:
            self._served_elsewhere[connection_id] = now + KNOWN_SERVED_S
            if len(self._served_elsewhere) > 10 * AT_MOST:
                self._served_elsewhere.clear()
